/**
 * Drafts policies that say what hosts let in today: what can be reached now ({@link
 * dev.fwctl.analysis.InboundReach}), told as permissions ({@link
 * dev.fwctl.core.importing.HostDraft}). Once they are written as a document, it is read and planned
 * to see that it changes nothing ({@link dev.fwctl.core.importing.Review}).
 */
@NullMarked
package dev.fwctl.core.importing;

import org.jspecify.annotations.NullMarked;
