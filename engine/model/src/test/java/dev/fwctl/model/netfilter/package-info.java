/** Tests of the netfilter model. */
@NullMarked
package dev.fwctl.model.netfilter;

import org.jspecify.annotations.NullMarked;
