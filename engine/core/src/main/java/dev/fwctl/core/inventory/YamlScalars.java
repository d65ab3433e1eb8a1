package dev.fwctl.core.inventory;

import dev.fwctl.core.document.Node;
import dev.fwctl.model.InventoryTree.Variable;
import dev.fwctl.model.Place;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads the value of a variable in a YAML file.
 *
 * <p>A value without quotes that YAML 1.1 takes for a number or a truth value becomes text as
 * Ansible turns it back into text: {@code 0644} is 420, {@code yes} is True. Source: yaml.org/type,
 * Ansible's documentation of YAML syntax.
 */
final class YamlScalars {
  private static final Pattern TRUE = Pattern.compile("yes|Yes|YES|true|True|TRUE|on|On|ON");
  private static final Pattern FALSE = Pattern.compile("no|No|NO|false|False|FALSE|off|Off|OFF");
  private static final Pattern DECIMAL = Pattern.compile("[-+]?(?:0|[1-9][0-9_]*)");
  private static final Pattern OCTAL = Pattern.compile("[-+]?0[0-7_]+");
  private static final Pattern HEXADECIMAL = Pattern.compile("[-+]?0x[0-9a-fA-F_]+");
  private static final Pattern BINARY = Pattern.compile("[-+]?0b[01_]+");
  private static final Pattern SEXAGESIMAL = Pattern.compile("[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+");
  private static final Pattern FLOAT =
      Pattern.compile(
          "[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?");

  private static final String VAULT = "!vault";
  private static final String VAULT_OLD = "!vault-encrypted";
  private static final String UNSAFE = "!unsafe";
  private static final String YAML_TAGS = "tag:yaml.org,2002:";

  static final String ENCRYPTED = "is encrypted by Ansible Vault";

  private YamlScalars() {}

  /**
   * Returns the variable that a node sets.
   *
   * @param place where the variable is set, for messages
   */
  static Variable variable(Node node, Place place) {
    String tag = node.tag().orElse("");
    if (tag.equals(VAULT) || tag.equals(VAULT_OLD)) {
      return unsupported(ENCRYPTED, place);
    }
    if (!tag.isEmpty() && !tag.equals(UNSAFE) && !tag.startsWith(YAML_TAGS)) {
      return unsupported("has the tag " + tag + ", which is not supported", place);
    }
    return switch (node) {
      case Node.Mapping _ -> unsupported("is a mapping", place);
      case Node.Sequence _ -> unsupported("is a list", place);
      case Node.Scalar scalar when scalar.isNull() ->
          new Variable(Optional.empty(), Optional.empty(), place);
      case Node.Scalar scalar when tag.equals(UNSAFE) && Templates.mayBeTemplate(scalar.text()) ->
          unsupported("is marked !unsafe, and what it holds looks like a template", place);
      case Node.Scalar scalar -> new Variable(Optional.of(text(scalar)), Optional.empty(), place);
    };
  }

  private static Variable unsupported(String why, Place place) {
    return new Variable(Optional.empty(), Optional.of(why), place);
  }

  /** Tells whether YAML takes a scalar for text, not for a number, a truth value or nothing. */
  static boolean isText(Node.Scalar scalar) {
    return !scalar.isNull() && converted(scalar).isEmpty();
  }

  /** Returns a scalar as Ansible makes text of it. */
  static String text(Node.Scalar scalar) {
    return converted(scalar).orElse(scalar.text());
  }

  /** Returns the text of a number or truth value; nothing when the scalar is text. */
  private static Optional<String> converted(Node.Scalar scalar) {
    String text = scalar.text();
    if (!scalar.plain() || scalar.tag().isPresent() || text.isEmpty()) {
      return Optional.empty();
    }
    if (TRUE.matcher(text).matches()) {
      return Optional.of("True");
    }
    if (FALSE.matcher(text).matches()) {
      return Optional.of("False");
    }
    if ("+-.0123456789".indexOf(text.charAt(0)) < 0) {
      return Optional.empty();
    }
    if (DECIMAL.matcher(text).matches()) {
      return Optional.of(integer(text, 10, 0));
    }
    if (OCTAL.matcher(text).matches()) {
      return Optional.of(integer(text, 8, 1));
    }
    if (HEXADECIMAL.matcher(text).matches()) {
      return Optional.of(integer(text, 16, 2));
    }
    if (BINARY.matcher(text).matches()) {
      return Optional.of(integer(text, 2, 2));
    }
    if (SEXAGESIMAL.matcher(text).matches()) {
      return Optional.of(sexagesimal(text));
    }
    if (FLOAT.matcher(text).matches()) {
      return Optional.of(PythonNumbers.text(Double.parseDouble(text.replace("_", ""))));
    }
    return Optional.empty();
  }

  private static String integer(String text, int radix, int prefix) {
    boolean signed = text.charAt(0) == '-' || text.charAt(0) == '+';
    String digits = text.substring(prefix + (signed ? 1 : 0)).replace("_", "");
    if (digits.isEmpty()) {
      return text;
    }
    BigInteger value = new BigInteger(digits, radix);
    return (text.charAt(0) == '-' ? value.negate() : value).toString();
  }

  private static String sexagesimal(String text) {
    boolean signed = text.charAt(0) == '-' || text.charAt(0) == '+';
    BigInteger value = BigInteger.ZERO;
    for (String part : text.substring(signed ? 1 : 0).replace("_", "").split(":", -1)) {
      value = value.multiply(BigInteger.valueOf(60)).add(new BigInteger(part));
    }
    return (text.charAt(0) == '-' ? value.negate() : value).toString();
  }
}
