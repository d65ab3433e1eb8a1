/** Holds the model and the analysis against rulesets that nobody on this project wrote. */
@NullMarked
package dev.fwctl.acceptance.corpora;

import org.jspecify.annotations.NullMarked;
