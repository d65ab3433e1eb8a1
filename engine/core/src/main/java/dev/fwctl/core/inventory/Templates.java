package dev.fwctl.core.inventory;

import dev.fwctl.core.document.Suggestions;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills in the references to other variables that a variable's value may hold.
 *
 * <p>{@code {{ name }}} is all of Jinja that is understood. Anything more, and a variable that
 * can't be used, is an error at the variable that is asked for, because that is where it matters.
 */
final class Templates {
  private static final Pattern REFERENCE = Pattern.compile("\\{\\{(.*?)}}", Pattern.DOTALL);
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final HostVariables variables;

  /** The variables that we are in the middle of, outermost first. */
  private final List<String> open = new ArrayList<>();

  Templates(HostVariables variables) {
    this.variables = variables;
  }

  static boolean mayBeTemplate(String text) {
    return text.contains("{{") || text.contains("{%") || text.contains("{#");
  }

  /**
   * Returns the value of a variable; nothing when it is set to nothing.
   *
   * @param name its name
   * @param variable what it is set to
   * @throws FwctlException when the value can't be had, at the place of the variable
   */
  Optional<String> value(String name, Variable variable) {
    open.add(name);
    try {
      if (variable.unsupported().isPresent()) {
        throw unusable(name, variable);
      }
      if (variable.text().isEmpty()) {
        return Optional.empty();
      }
      String text = variable.text().get();
      return mayBeTemplate(text) ? render(name, variable, text) : Optional.of(text);
    } finally {
      open.removeLast();
    }
  }

  private static FwctlException unusable(String name, Variable variable) {
    String why = variable.unsupported().orElseThrow();
    return problem(
        variable,
        ErrorCode.UNSUPPORTED,
        name + " " + why,
        why.equals(YamlScalars.ENCRYPTED)
            ? "fwctl does not open vaults; log in with a key or an agent instead"
            : "write it as plain text");
  }

  private Optional<String> render(String name, Variable variable, String text) {
    StringBuilder rendered = new StringBuilder();
    Matcher references = REFERENCE.matcher(text);
    int from = 0;
    while (references.find()) {
      String before = text.substring(from, references.start());
      String reference = references.group(1).strip();
      if (mayBeTemplate(before) || !NAME.matcher(reference).matches()) {
        throw beyond(name, variable);
      }
      Optional<String> value = follow(name, variable, reference);
      boolean whole = references.start() == 0 && references.end() == text.length();
      if (whole) {
        return value;
      }
      if (value.isEmpty()) {
        throw problem(
            variable,
            ErrorCode.DOCUMENT_INVALID,
            name + " needs " + reference + ", which is set to nothing",
            "set " + reference);
      }
      rendered.append(before).append(value.get());
      from = references.end();
    }
    String tail = text.substring(from);
    if (mayBeTemplate(tail)) {
      throw beyond(name, variable);
    }
    return Optional.of(rendered.append(tail).toString());
  }

  private Optional<String> follow(String name, Variable variable, String reference) {
    Optional<String> known = variables.known(reference);
    if (known.isPresent()) {
      return known;
    }
    if (open.contains(reference)) {
      List<String> circle = new ArrayList<>(open.subList(open.indexOf(reference), open.size()));
      circle.add(reference);
      throw problem(
          variable,
          ErrorCode.CONFLICT,
          name + " refers to itself: " + String.join(" → ", circle),
          "give one of them a value of its own");
    }
    Variable referred =
        variables
            .find(reference)
            .orElseThrow(
                () ->
                    new FwctlException(
                        new Problem(
                            ErrorCode.UNKNOWN_NAME,
                            name + " needs " + reference + ", which is not set",
                            Optional.of(variable.place()),
                            Optional.of(missing(reference)))));
    if (referred.unsupported().isPresent()) {
      throw problem(
          variable,
          ErrorCode.UNSUPPORTED,
          name
              + " needs "
              + reference
              + ", which "
              + referred.unsupported().get()
              + " ("
              + referred.place()
              + ")",
          "set " + name + " in plain text");
    }
    return value(reference, referred);
  }

  private String missing(String reference) {
    List<String> encrypted = variables.encryptedFiles();
    if (!encrypted.isEmpty()) {
      return "it may be in "
          + String.join(" or ", encrypted)
          + ", encrypted by Ansible Vault, which fwctl does not open";
    }
    return Suggestions.closest(reference, variables.names())
        .map(closest -> "did you mean '" + closest + "'?")
        .orElse("set it in the inventory, in group_vars or in host_vars; facts are not known here");
  }

  private static FwctlException beyond(String name, Variable variable) {
    return problem(
        variable,
        ErrorCode.UNSUPPORTED,
        name + " uses Jinja beyond a plain variable",
        "only {{ NAME }} is understood, alone or within text; write the value out");
  }

  private static FwctlException problem(
      Variable variable, ErrorCode code, String message, String hint) {
    return new FwctlException(Problem.at(variable.place(), code, message, hint));
  }
}
