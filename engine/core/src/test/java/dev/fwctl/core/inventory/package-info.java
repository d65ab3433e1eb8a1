/** Inventories as users have them, read and held against what Ansible makes of them. */
@NullMarked
package dev.fwctl.core.inventory;

import org.jspecify.annotations.NullMarked;
