package dev.fwctl.core.exposure;

import dev.fwctl.model.ProtocolPorts;
import dev.fwctl.model.TransportProtocol;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Ports of services that no stranger should reach: those that by default ask for no password, send
 * it in the clear, or hold the data of others.
 *
 * <p>Only the port is looked at, not what answers there. Source: the services' own documentation
 * and IANA's registry of port numbers.
 */
final class SensitivePorts {
  private static final Map<Integer, String> TCP = new TreeMap<>();

  static {
    TCP.put(21, "FTP");
    TCP.put(23, "Telnet");
    TCP.put(111, "portmapper");
    TCP.put(139, "SMB");
    TCP.put(445, "SMB");
    TCP.put(873, "rsync");
    TCP.put(1433, "SQL Server");
    TCP.put(1521, "Oracle");
    TCP.put(2049, "NFS");
    TCP.put(2375, "Docker's API without TLS");
    TCP.put(2379, "etcd");
    TCP.put(3306, "MySQL");
    TCP.put(3389, "RDP");
    TCP.put(5432, "PostgreSQL");
    TCP.put(5672, "AMQP");
    TCP.put(5900, "VNC");
    TCP.put(5984, "CouchDB");
    TCP.put(6379, "Redis");
    TCP.put(8086, "InfluxDB");
    TCP.put(9042, "Cassandra");
    TCP.put(9092, "Kafka");
    TCP.put(9200, "Elasticsearch");
    TCP.put(10250, "kubelet");
    TCP.put(11211, "memcached");
    TCP.put(27017, "MongoDB");
  }

  private SensitivePorts() {}

  /** Returns what by some ports should not be open to the world; nothing of wide ranges. */
  static Optional<String> of(ProtocolPorts ports) {
    if (ports.protocol() != TransportProtocol.TCP || ports.ports().size() > 1) {
      return Optional.empty();
    }
    return Optional.ofNullable(TCP.get(ports.ports().first()));
  }
}
