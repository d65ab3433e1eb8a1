/**
 * What a person or a program reads.
 *
 * <p>Plans, facts and outcomes flow in; text, JSON events and Markdown flow out.
 */
@NullMarked
package dev.fwctl.core.report;

import org.jspecify.annotations.NullMarked;
