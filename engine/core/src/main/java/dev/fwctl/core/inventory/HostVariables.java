package dev.fwctl.core.inventory;

import dev.fwctl.model.InventoryTree.Variable;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All variables of one host, each from the place that wins.
 *
 * @param layers sets of variables, an earlier one over a later one
 * @param magic what Ansible itself sets, such as {@code inventory_hostname}; over all layers
 * @param encryptedFiles the files whose variables are not known because Ansible Vault has encrypted
 *     them
 */
record HostVariables(
    List<Map<String, Variable>> layers, Map<String, String> magic, List<String> encryptedFiles) {
  HostVariables {
    layers = List.copyOf(layers);
    magic = Map.copyOf(magic);
    encryptedFiles = List.copyOf(encryptedFiles);
  }

  /** Returns the value of a variable that Ansible itself sets. */
  Optional<String> known(String name) {
    return Optional.ofNullable(magic.get(name));
  }

  Optional<Variable> find(String name) {
    for (Map<String, Variable> layer : layers) {
      Variable variable = layer.get(name);
      if (variable != null) {
        return Optional.of(variable);
      }
    }
    return Optional.empty();
  }

  Collection<String> names() {
    Set<String> names = new TreeSet<>(magic.keySet());
    layers.forEach(layer -> names.addAll(layer.keySet()));
    return names;
  }
}
