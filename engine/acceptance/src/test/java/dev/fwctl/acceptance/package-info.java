/**
 * What a user sees, tested as a user would see it.
 *
 * <p>The packaged program runs on real hosts of the lab; what it prints, its exit codes and what
 * becomes of packets flow back. What holds over all modules, such as their allowed imports, is
 * tested here too.
 */
@NullMarked
package dev.fwctl.acceptance;

import org.jspecify.annotations.NullMarked;
