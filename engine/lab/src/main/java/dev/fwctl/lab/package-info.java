/**
 * A throwaway fleet of real hosts on one machine.
 *
 * <p>Used by the demo, the tests and the benchmarks; everything lives in namespaces that the lab
 * made.
 */
@NullMarked
package dev.fwctl.lab;

import org.jspecify.annotations.NullMarked;
