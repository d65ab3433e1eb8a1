/**
 * What of a host's rules is needless or broken: the rules go through the symbolic evaluator once,
 * and those of fwctl are held against how often the kernel counted them.
 */
@NullMarked
package dev.fwctl.core.doctor;

import org.jspecify.annotations.NullMarked;
