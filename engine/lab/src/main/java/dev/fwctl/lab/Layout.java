package dev.fwctl.lab;

import java.nio.file.Path;

/** The names of everything that one lab has on the machine; all begin with the same prefix. */
record Layout(LabFolders folders, String lab) {
  /** The namespace that joins the others: a bridge, and the way to the clients. */
  static final String ROUTER = "router";

  /** The namespace from which fwctl reaches the hosts. */
  static final String CONTROLLER = "controller";

  /** The namespace of those who want something from the hosts. */
  static final String CLIENTS = "clients";

  static final Path NAMESPACES = Path.of("/run/netns");

  /** What every namespace of every lab begins with. */
  static final String PREFIX = "fwctl-";

  Layout {
    LabSpec.checkName(lab);
  }

  String namespacePrefix() {
    return PREFIX + lab + "-";
  }

  /** Returns the name of the network namespace of a host or of one of the places above. */
  String namespace(String place) {
    return namespacePrefix() + place;
  }

  Path namespaceFile(String place) {
    return NAMESPACES.resolve(namespace(place));
  }

  Path folder() {
    return folders.home().resolve(lab);
  }

  Path hostFolder(String host) {
    return folder().resolve("hosts").resolve(host);
  }

  /** Returns the layer between the Debian tree and what each host writes: what all hosts share. */
  Path layer() {
    return folder().resolve("layer");
  }

  Path scripts() {
    return folder().resolve("scripts");
  }

  Path specFile() {
    return folder().resolve("lab.properties");
  }

  /** Is locked while the lab is being brought up; without it, nothing more is made for it. */
  Path beingBroughtUp() {
    return folder().resolve("lock");
  }

  Path inventory() {
    return folder().resolve("inventory.yml");
  }

  Path knownHosts() {
    return folder().resolve("known_hosts");
  }

  Path privateKey() {
    return folder().resolve("id_ed25519");
  }

  /** Returns the path of a control group below the root of each hierarchy. */
  String controlGroup(String host) {
    return controlGroups() + "/" + host;
  }

  String controlGroups() {
    return "fwctl-lab/" + lab;
  }

  /** Serializes what labs do to the folder of network namespaces. */
  Path lock() {
    return folders.cache().resolve("lock");
  }

  /** Exists when it was a lab that turned the folder of network namespaces into a mount point. */
  Path namespacesMounted() {
    return folders.cache().resolve("netns-mounted");
  }
}
