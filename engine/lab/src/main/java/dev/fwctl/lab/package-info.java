/**
 * A throwaway fleet of real hosts on one machine.
 *
 * <p>Used by the demo, the tests and the benchmarks. In flows a {@link dev.fwctl.lab.LabSpec}: how
 * many hosts, of which Debian releases, with or without dockerd. Out comes a {@link
 * dev.fwctl.lab.Lab}: network namespaces joined by a bridge, in each a host with a root file
 * system, a process table and a firewall of its own, and an inventory to reach them by. Commands
 * and probe packets flow in, outcomes flow out. Nothing here touches the network namespace of the
 * machine.
 */
@NullMarked
package dev.fwctl.lab;

import org.jspecify.annotations.NullMarked;
