/**
 * Proof by breaking it: real changes of a real lab host, each with a fault at a random moment.
 *
 * <p>In flows a seed. Each {@link dev.fwctl.campaign.Round} draws from it what is to change, what
 * goes wrong and when; the program runs as a user would run it, packets are sent throughout, and a
 * {@link dev.fwctl.campaign.Judgement} of all that was seen flows out. A round is made again by its
 * seed.
 */
@NullMarked
package dev.fwctl.campaign;

import org.jspecify.annotations.NullMarked;
