/** Tests of the command line, in one process and without any host. */
@NullMarked
package dev.fwctl.cli;

import org.jspecify.annotations.NullMarked;
