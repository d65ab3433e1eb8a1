/**
 * Ansible inventories.
 *
 * <p>Inventory files flow in and become an {@link dev.fwctl.model.InventoryTree} each; the trees
 * are joined into one graph of groups, variables files beside the inventories are laid over it in
 * Ansible's order, and an {@link dev.fwctl.core.inventory.Inventory} flows out: hosts with their
 * groups and connection settings, to be chosen by host patterns.
 *
 * <p>How Ansible reads inventories is told by its documentation (Inventory guide, Patterns, Using
 * variables, and the pages of the plugins ini, yaml, host_list, host_group_vars, ssh and sudo) and,
 * where that is silent, was seen by running {@code ansible-inventory}.
 */
@NullMarked
package dev.fwctl.core.inventory;

import org.jspecify.annotations.NullMarked;
