/** Tests of the values; sets of addresses are held against a naive reading of the same thing. */
@NullMarked
package dev.fwctl.model;

import org.jspecify.annotations.NullMarked;
