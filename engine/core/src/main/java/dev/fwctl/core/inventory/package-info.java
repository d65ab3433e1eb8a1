/**
 * Ansible inventories.
 *
 * <p>Inventory files flow in; hosts with their groups and connection settings flow out.
 */
@NullMarked
package dev.fwctl.core.inventory;

import org.jspecify.annotations.NullMarked;
