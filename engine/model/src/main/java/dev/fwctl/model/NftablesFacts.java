package dev.fwctl.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Which tables of nftables a host's packets meet, those of iptables-nft among them.
 *
 * @param known whether the host could tell: it has the command nft, which answered
 * @param tables the tables with a chain that is hooked into the way of packets
 */
public record NftablesFacts(boolean known, List<NftTable> tables) implements Fact {
  public NftablesFacts {
    tables = List.copyOf(tables);
  }

  /**
   * A table.
   *
   * @param family nft's word for what it sees, such as {@code ip}, {@code inet}, {@code netdev}
   * @param name its name
   */
  public record NftTable(String family, String name) {
    public NftTable {
      requireNonNull(family, "family is null");
      requireNonNull(name, "name is null");
    }
  }
}
