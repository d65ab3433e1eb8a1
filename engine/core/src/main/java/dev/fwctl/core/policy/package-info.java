/**
 * Policy documents.
 *
 * <p>A folder of YAML documents flows in; a {@link dev.fwctl.model.PolicyRepository} flows out,
 * whose sources are sets of addresses and whose rules name nothing that does not exist, or else
 * every problem of every document at once. What takes an inventory or a host to judge, such as a
 * host pattern or a container's name, is kept as written, with its place.
 */
@NullMarked
package dev.fwctl.core.policy;

import org.jspecify.annotations.NullMarked;
