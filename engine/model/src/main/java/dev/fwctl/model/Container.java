package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A container of a host, running or not.
 *
 * @param id Docker's identifier
 * @param name its name without the leading slash
 * @param image the image as the container was created from it
 * @param running whether it runs now
 * @param networking how it is connected
 * @param labels its labels
 * @param published the ports that it publishes; neighbouring ports with neighbouring inner ports
 *     form ranges
 * @param exposed the ports that its image or configuration exposes, published or not
 * @param attachments the networks that it is in
 */
public record Container(
    String id,
    String name,
    String image,
    boolean running,
    Networking networking,
    SortedMap<String, String> labels,
    List<PublishedPort> published,
    List<ProtocolPorts> exposed,
    List<Attachment> attachments) {
  public Container {
    requireNonNull(id, "id is null");
    requireNonNull(name, "name is null");
    requireNonNull(image, "image is null");
    requireNonNull(networking, "networking is null");
    labels = Collections.unmodifiableSortedMap(new TreeMap<>((Map<String, String>) labels));
    published = List.copyOf(published);
    exposed = List.copyOf(exposed);
    attachments = List.copyOf(attachments);
  }

  /** How a container is connected. */
  public enum Networking {
    /** Through Docker networks, see the attachments. */
    NETWORKS,
    /** In the host's own network namespace. */
    HOST,
    /** In another container's network namespace. */
    CONTAINER,
    /** Not at all. */
    NONE
  }

  /**
   * A container's place in a network.
   *
   * @param network the network's name
   * @param addresses the addresses that it has now; they change when it starts again
   * @param fixedAddresses the addresses that its configuration fixes
   */
  public record Attachment(
      String network, List<IpAddress> addresses, List<IpAddress> fixedAddresses) {
    public Attachment {
      requireNonNull(network, "network is null");
      addresses = List.copyOf(addresses);
      fixedAddresses = List.copyOf(fixedAddresses);
    }
  }

  /** Returns the value of a label. */
  public Optional<String> label(String key) {
    return Optional.ofNullable(labels.get(key));
  }
}
