package dev.fwctl.plugin.iptables;

/**
 * What is asked of a host, as fragments of POSIX sh.
 *
 * <p>Each of iptables-save and ip6tables-save runs once, and those of the other variant only where
 * it may hold rules: iptables-legacy-save would make the tables that it does not find, so the
 * kernel is asked for their names first. Lines that begin with {@code @} are ours. Each process
 * counts: on a host the start of one costs as much as all that it does.
 *
 * @param tableNames the folder where the kernel tells which legacy tables there are
 * @param modules the folder where it tells what is loaded or built in
 */
record Probe(String tableNames, String modules) {
  static final Probe ON_HOSTS = new Probe("/proc/net", "/sys/module");

  /**
   * Prints the rules in force of both families and variants, and our sets; told what {@code
   * iptables -V} says.
   */
  private static final String SAVE =
      """
      fwctl_save() {
        case $1 in
          *nf_tables*) fwctl_default=nft fwctl_other=legacy ;;
          *) fwctl_default=legacy fwctl_other=nft ;;
        esac
        for fwctl_family in 4 6; do
          case $fwctl_family in
            4) fwctl_name=iptables fwctl_tables=TABLE_NAMES/ip_tables_names ;;
            6) fwctl_name=ip6tables fwctl_tables=TABLE_NAMES/ip6_tables_names ;;
          esac
          for fwctl_variant in $fwctl_default $fwctl_other; do
            fwctl_tool=$fwctl_name-save
            [ $fwctl_variant = $fwctl_default ] || fwctl_tool=$fwctl_name-$fwctl_variant-save
            if [ $fwctl_variant = legacy ]; then
              { read -r fwctl_any < $fwctl_tables; } 2> /dev/null || continue
              if ! command -v $fwctl_tool > /dev/null 2>&1; then
                echo "@unseen $fwctl_family legacy"
                continue
              fi
            fi
            command -v $fwctl_tool > /dev/null 2>&1 || continue
            echo "@rules $fwctl_family $fwctl_variant"
            $fwctl_tool < /dev/null || echo "@failed $?"
          done
        done
        command -v ipset > /dev/null 2>&1 || return 0
        echo @sets
        # Without the kernel module there is no set, and asking would load it.
        [ -d MODULES/ip_set ] || [ ! -d MODULES ] || return 0
        fwctl_names=$(ipset list -n < /dev/null)
        case $fwctl_names in *fwctl-*) ;; *) return 0 ;; esac
        printf '%s\\n' "$fwctl_names" | while read -r fwctl_set; do
          case $fwctl_set in
            fwctl-*)
              if fwctl_text=$(ipset save "$fwctl_set" < /dev/null); then
                printf '%s\\n' "$fwctl_text" | sort
              else
                echo "@failed $?"
              fi
              ;;
          esac
        done
      }
      """;

  /** Makes of what the former printed a fingerprint of what is ours, as {@link Fingerprint}. */
  private static final String DIGEST =
      """
      fwctl_digest() {
        LC_ALL=C awk '
          { gsub(/[^ -~]+/, "?") }
          /^@/ { part = $0; table = ""; next }
          /^\\*/ { table = $0; next }
          /^:FWCTL/ { print part, table, $1; next }
          /^-A FWCTL/ || /^-A .* -[jg] FWCTL/ { print part, table, $0; next }
          /^create fwctl-/ { print $1, $2, $3, $4, $5; next }
          /^add fwctl-/ { print }
        ' | sha256sum
      }
      """;

  /** Returns the probe for all that {@link IptablesGatherer} reads. */
  String everything() {
    return save()
        + """
        if command -v iptables > /dev/null 2>&1 && command -v iptables-save > /dev/null 2>&1; then
          fwctl_version=$(iptables -V)
          echo "@default $fwctl_version"
          for fwctl_variant in nft legacy; do
            if command -v iptables-$fwctl_variant-save > /dev/null 2>&1; then
              echo "@tool $fwctl_variant"
            fi
          done
          if command -v ip6tables-save > /dev/null 2>&1; then echo @ip6tables; fi
          fwctl_save "$fwctl_version"
          echo @end
        fi
        """;
  }

  /** Returns a fragment that prints the fingerprint alone. */
  String fingerprint() {
    return save()
        + DIGEST
        + """
        fwctl_all=$(fwctl_save "$(iptables -V 2> /dev/null)")
        case $fwctl_all in
          *@failed*)
            echo 'fwctl: the rules in force could not be read' >&2
            exit 1
            ;;
        esac
        fwctl_sum=$(printf '%s\\n' "$fwctl_all" | fwctl_digest) && echo "${fwctl_sum%% *}"
        """;
  }

  private String save() {
    return SAVE.replace("TABLE_NAMES", tableNames).replace("MODULES", modules);
  }
}
