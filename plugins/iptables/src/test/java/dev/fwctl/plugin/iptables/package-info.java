/** Tests of the backend: intents, packets and the rules between them; scripts with fake tools. */
@NullMarked
package dev.fwctl.plugin.iptables;

import org.jspecify.annotations.NullMarked;
