package dev.fwctl.core.intent;

import dev.fwctl.model.HostIntent;
import dev.fwctl.model.Problem;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What a set of policies comes to on hosts of one kind.
 *
 * @param intent the intent, but for our own connection; nothing when there are problems
 * @param problems what the hosts do not have or can't enforce
 * @param warnings what the user should know
 * @param matched the numbers of the rules whose near end these hosts have
 */
record Resolution(
    Optional<HostIntent> intent, List<Problem> problems, List<Problem> warnings, BitSet matched) {}
