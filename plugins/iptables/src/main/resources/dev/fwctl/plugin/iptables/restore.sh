# From here on the script is the same for all rules. Above it says what it is to make:
#   fwctl_fill, fwctl_rest   tables to fill and all others, in their order, as FAMILY_KIND_NAME
#   fwctl_content TABLE      what of ours a table is to hold
#   fwctl_sets               address sets that are to be there
#   fwctl_members SET        the kind of a set, and its members
#   fwctl_table_names, fwctl_modules   where the kernel tells of legacy tables, and of modules
#
# The content of a table has a line ":CHAIN" for each chain of ours, "-A CHAIN ..." for each of their rules, and
# "-I CHAIN POSITION ..." for each jump into them. Its change is composed from that and from what iptables-save prints:
# what others wrote is text for iptables-restore here, and never a word of the shell.

LC_ALL=C
PATH=${PATH-}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
IFS='
'
set -f

# Writes the input of iptables-restore that gives a table its content. Own chains are emptied by being named, others are
# never named so; jumps are deleted by what they say, as another program may be changing their chain at this moment; by
# their number only where they can't be given back in words.
# shellcheck disable=SC2016 # awk's own signs
fwctl_composer='
function own(chain) {
  return chain ~ /^FWCTL/
}
!held && $0 == "=" { held = 1; next }
!held && /^:/ { wanted[substr($1, 2)]; chains[++chain_count] = substr($1, 2); next }
!held && /^-A/ { rules[++rule_count] = $0; next }
!held && /^-I/ { hooks[++hook_count] = $0; next }
!held && /^-X/ { made[++made_count] = $2; next }
!held { next }

# A quoted text may go on in the next line.
!open && /^#/ { next }
{
  text = open ? text "\n" $0 : $0
  bare = $0
  gsub(/\\./, "", bare)
  open = (open + gsub(/"/, "", bare)) % 2
}
open { next }
text ~ /^\*/ { inside = text == "*" table; next }
!inside { next }
text == "COMMIT" { inside = 0; next }
text ~ /^:/ {
  split(text, word, " ")
  chain = substr(word[1], 2)
  there[chain]
  if (own(chain)) {
    held_chains[++held_chain_count] = chain
    if (!(chain in wanted)) stale[++stale_count] = chain
  }
  next
}
text ~ /^-A / {
  bare = text
  gsub(/\\./, "", bare)
  gsub(/"[^"]*"/, "\"\"", bare)
  words = split(bare, word, " ")
  chain = word[2]
  target = word[words - 1] ~ /^-[jg]$/ ? word[words] : ""
  length_of[chain]++
  if (own(chain)) {
    held_rules[++held_rule_count] = text
    if (text ~ /\n/) unspeakable = 1
    next
  }
  used[target]
  if (own(target)) {
    jump_chain[++jump_count] = chain
    jump_position[jump_count] = length_of[chain]
    jump_words[jump_count] = substr(text, length(chain) + 5)
    if (text ~ /\n/) unspeakable_jump[jump_count]
  }
}

END {
  if (open || inside) exit 1
  if (mode == "held") held_content()
  else compose()
}

function held_content(  i) {
  for (i = 1; i <= held_chain_count; i++) print ":" held_chains[i]
  for (i = 1; i <= held_rule_count; i++) print held_rules[i]
  for (i = 1; i <= jump_count; i++) {
    if (i in unspeakable_jump) unspeakable = 1
    print "-I " jump_chain[i] " " jump_position[i] " " jump_words[i]
  }
  if (unspeakable) exit 1
}

function compose(  i, chain, position, room) {
  if (!chain_count && !hook_count && !stale_count && !jump_count && !made_count) return
  print "*" table
  for (i = 1; i <= chain_count; i++) print ":" chains[i] " - [0:0]"
  for (i = 1; i <= stale_count; i++) print ":" stale[i] " - [0:0]"
  for (i = 1; i <= hook_count; i++) {
    split(hooks[i], word, " ")
    chain = word[2]
    if (!(chain in there) && chain !~ /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/) print "-N " chain
    there[chain]
  }
  for (i = jump_count; i >= 1; i--)
    if (mode == "number" || i in unspeakable_jump) print "-D " jump_chain[i] " " jump_position[i]
  for (i = 1; i <= jump_count; i++) {
    if (mode != "number" && !(i in unspeakable_jump)) print "-D " jump_chain[i] " " jump_words[i]
    length_of[jump_chain[i]]--
  }
  for (i = 1; i <= rule_count; i++) print rules[i]
  for (i = 1; i <= hook_count; i++) {
    split(hooks[i], word, " ")
    chain = word[2]
    position = word[3]
    room = ++length_of[chain]
    print "-I " chain " " (position > room ? room : position) " " \
      substr(hooks[i], length(chain) + length(position) + 6)
  }
  for (i = 1; i <= stale_count; i++) print "-X " stale[i]
  for (i = 1; i <= made_count; i++) {
    chain = made[i]
    if (chain in there && !(chain in used) && !length_of[chain]) print "-X " chain
  }
  print "COMMIT"
}
'

fwctl_say() {
  printf 'fwctl: %s\n' "$1" >&2
}

# Prints the first line of what a command said that is not a remark.
fwctl_reason() {
  printf '%s\n' "$1" | while read -r fwctl_line; do
    case $fwctl_line in
      '' | '#'*) ;;
      *)
        printf '%s' "$fwctl_line"
        break
        ;;
    esac
  done
}

# Prints what people call a table.
fwctl_title() {
  case $1 in
    4_*) echo "IPv4 table ${1##*_}" ;;
    *) echo "IPv6 table ${1##*_}" ;;
  esac
}

# Prints the command of a family and kind, such as 4_nft, that saves or restores.
fwctl_tool() {
  case $1 in
    4_*) fwctl_command=iptables ;;
    *) fwctl_command=ip6tables ;;
  esac
  fwctl_kind=${1#*_}
  if command -v "$fwctl_command-$fwctl_kind-$2" >/dev/null 2>&1; then
    echo "$fwctl_command-$fwctl_kind-$2"
    return 0
  fi
  case $("$fwctl_command" -V </dev/null 2>/dev/null) in
    *nf_tables*) fwctl_plain=nft ;;
    '') return 1 ;;
    *) fwctl_plain=legacy ;;
  esac
  [ "$fwctl_plain" = "$fwctl_kind" ] && command -v "$fwctl_command-$2" >/dev/null 2>&1 && echo "$fwctl_command-$2"
}

# Finds the commands of a family and kind; fails when they are missing where there is something for them to do.
fwctl_find() {
  fwctl_save=$(fwctl_tool "$1" save) && fwctl_restore=$(fwctl_tool "$1" restore) || {
    fwctl_save='' fwctl_restore=''
    case $fwctl_fill in
      *"$1"_*)
        case $1 in
          4_*) fwctl_say "iptables of the kind ${1#*_} is not installed" ;;
          *) fwctl_say "ip6tables of the kind ${1#*_} is not installed" ;;
        esac
        return 1
        ;;
    esac
  }
  eval "fwctl_save_$1=\$fwctl_save fwctl_restore_$1=\$fwctl_restore"
}

# Reads the rules in force of a family and kind into fwctl_now_KIND.
fwctl_read() {
  fwctl_now=
  eval "fwctl_save=\$fwctl_save_$1"
  # Asked without need, iptables-legacy-save would make the tables that are not there.
  case $1 in
    4_legacy) { read -r fwctl_any <"$fwctl_table_names/ip_tables_names"; } 2>/dev/null || fwctl_save= ;;
    6_legacy) { read -r fwctl_any <"$fwctl_table_names/ip6_tables_names"; } 2>/dev/null || fwctl_save= ;;
  esac
  if [ -n "$fwctl_save" ] && ! fwctl_now=$("$fwctl_save" </dev/null 2>/dev/null); then
    fwctl_said=$("$fwctl_save" </dev/null 2>&1 >/dev/null)
    case $1:$fwctl_said in
      # Such a kernel holds no rules of this kind.
      *_nft:*'Failed to initialize nft'* | *_nft:*'not supported'*) fwctl_now= ;;
      *) return 1 ;;
    esac
  fi
  eval "fwctl_now_$1=\$fwctl_now"
}

# Prints the input of iptables-restore that gives a table a content; in the way "words" or "number".
fwctl_compose() {
  eval "fwctl_now=\$fwctl_now_${1%_*}"
  printf '%s\n=\n%s\n' "$2" "$fwctl_now" | awk -v table="${1##*_}" -v mode="$3" "$fwctl_composer"
}

# Prints what a table held of ours when the script began.
fwctl_held() {
  eval "fwctl_before=\$fwctl_before_${1%_*}"
  printf '=\n%s\n' "$fwctl_before" | awk -v table="${1##*_}" -v mode=held "$fwctl_composer"
}

# Gives a table a content, by a text for iptables-restore that was composed for it, or tries to (--test). When that is
# refused because somebody else has just changed the table, or because a jump can't be deleted by its words, it is
# composed anew. Leaves the text that was taken in fwctl_text.
fwctl_give() {
  fwctl_text=$3 fwctl_by_words=$3 fwctl_by_number=
  eval "fwctl_restore=\$fwctl_restore_${1%_*}"
  for fwctl_attempt in 1 2 3 4 5; do
    fwctl_said=$(printf '%s\n' "$fwctl_text" | "$fwctl_restore" --noflush --wait=30 ${4-} 2>&1) && return 0
    fwctl_refusal=$? fwctl_cause=$fwctl_said
    # Status 4: another program held the lock for all of that time.
    [ "$fwctl_refusal" -ne 4 ] || return 1
    fwctl_read "${1%_*}" || return 1
    fwctl_said=$fwctl_cause
    fwctl_text=$(fwctl_compose "$1" "$2" words) || return 1
    if [ "$fwctl_text" != "$fwctl_by_words" ]; then
      fwctl_by_words=$fwctl_text
      continue
    fi
    fwctl_text=$(fwctl_compose "$1" "$2" number) || return 1
    [ "$fwctl_text" != "$fwctl_by_words" ] && [ "$fwctl_text" != "$fwctl_by_number" ] || return 1
    fwctl_by_number=$fwctl_text
  done
  return 1
}

# Reads the names of our address sets into fwctl_held_sets.
fwctl_read_sets() {
  fwctl_held_sets=
  command -v ipset >/dev/null 2>&1 || return 0
  # Without the kernel's module there is no set, and asking would load it.
  [ -d "$fwctl_modules/ip_set" ] || [ ! -d "$fwctl_modules" ] || return 0
  fwctl_said=$(ipset list -n </dev/null 2>&1) || return 1
  for fwctl_name in $fwctl_said; do
    case $fwctl_name in
      fwctl-*) fwctl_held_sets="$fwctl_held_sets$fwctl_name
" ;;
    esac
  done
}

# Tells whether a list has an element.
fwctl_has() {
  case "
$1
" in
    *"
$2
"*) return 0 ;;
  esac
  return 1
}

# Tells whether a set holds its members and nothing else.
fwctl_is_filled() {
  {
    fwctl_members "$1"
    echo =
    ipset save "$1" </dev/null 2>/dev/null
  } | awk '
    !held && $0 == "=" { held = 1; next }
    !held && NR == 1 { kind = $1 " " $2 " " $3; next }
    !held {
      if ($1 ~ /:/) sub(/\/128$/, "", $1)
      else sub(/\/32$/, "", $1)
      members[$1]
      count++
      next
    }
    $1 == "create" { right = $3 " " $4 " " $5 == kind; next }
    NF == 3 && $3 in members { count--; next }
    { wrong = 1 }
    END { exit !(right && !wrong && count == 0) }
  '
}

# Makes a set ($1) under a name.
fwctl_fill_set() {
  fwctl_made="$fwctl_made$2
"
  fwctl_said=$(fwctl_members "$1" \
    | awk -v name="$2" 'NR == 1 { print "create " name " " $0; next } { print "add " name " " $0 }' \
    | ipset restore 2>&1)
}

# Makes the sets that are missing; those that hold something else than they should are made beside, for a swap.
fwctl_make_sets() {
  [ -n "$fwctl_sets" ] || return 0
  command -v ipset >/dev/null 2>&1 || {
    fwctl_said='ipset is not installed' fwctl_set='that is needed'
    return 1
  }
  fwctl_number=0
  for fwctl_set in $fwctl_sets; do
    if ! fwctl_has "$fwctl_held_sets" "$fwctl_set"; then
      fwctl_fill_set "$fwctl_set" "$fwctl_set" || return 1
    elif ! fwctl_is_filled "$fwctl_set"; then
      while fwctl_has "$fwctl_held_sets$fwctl_sets" "fwctl-swap-$fwctl_number"; do
        fwctl_number=$((fwctl_number + 1))
      done
      fwctl_fill_set "$fwctl_set" "fwctl-swap-$fwctl_number" || return 1
      fwctl_swaps="${fwctl_swaps}fwctl-swap-$fwctl_number:$fwctl_set
"
      fwctl_number=$((fwctl_number + 1))
    fi
  done
}

fwctl_swap() {
  fwctl_set=${1#*:}
  fwctl_said=$(ipset swap "${1%%:*}" "$fwctl_set" </dev/null 2>&1)
}

# The kernel lets go of the rules that name a set a moment after they are gone.
fwctl_destroy() {
  fwctl_tries=0
  until ipset destroy "$1" </dev/null 2>/dev/null; do
    fwctl_tries=$((fwctl_tries + 1))
    if [ "$fwctl_tries" -ge 30 ]; then
      fwctl_say "the address set $1 can't be removed; another program's rule may use it"
      return 0
    fi
    sleep 0.1 2>/dev/null || sleep 1
  done
}

# Removes the sets that this script made.
fwctl_unmake_sets() {
  for fwctl_set in $fwctl_made; do
    ! ipset list -n "$fwctl_set" </dev/null >/dev/null 2>&1 || fwctl_destroy "$fwctl_set"
  done
}

# Ends the script, nothing being touched. Argument: what was refused.
fwctl_refuse() {
  fwctl_cause=$fwctl_said
  printf '%s\n' "$fwctl_cause" >&2
  fwctl_unmake_sets
  fwctl_say "$1 was refused: $(fwctl_reason "$fwctl_cause")"
  exit 10
}

# Ends the script when all that was done is taken back, the last first. Argument: what was refused.
fwctl_take_back() {
  fwctl_status=11 fwctl_why=$fwctl_said
  printf '%s\n' "$fwctl_why" >&2
  for fwctl_table in $fwctl_taken; do
    fwctl_said="what the $(fwctl_title "$fwctl_table") held can't be told in words"
    # Chains that were made for our jumps go too.
    eval "fwctl_new=\$fwctl_text_$fwctl_table"
    fwctl_new=$(printf '%s\n' "$fwctl_new" | sed -n 's/^-N /-X /p')
    fwctl_before=$(fwctl_held "$fwctl_table") \
      && fwctl_before=$(printf '%s\n%s' "$fwctl_before" "$fwctl_new") \
      && fwctl_read "${fwctl_table%_*}" \
      && fwctl_text=$(fwctl_compose "$fwctl_table" "$fwctl_before" words) \
      && fwctl_give "$fwctl_table" "$fwctl_before" "$fwctl_text" \
      || fwctl_broken
  done
  for fwctl_pair in $fwctl_swapped; do
    fwctl_swap "$fwctl_pair" || fwctl_broken
  done
  fwctl_unmake_sets
  fwctl_say "$1 was refused: $(fwctl_reason "$fwctl_why")"
  exit "$fwctl_status"
}

fwctl_broken() {
  fwctl_status=12
  fwctl_say "what was there could not be put back: $(fwctl_reason "$fwctl_said")"
}

fwctl_make_it_so() {
  # The way to its end does not depend on whoever started it.
  trap '' HUP INT PIPE TERM
  fwctl_made='' fwctl_swaps='' fwctl_swapped='' fwctl_taken='' fwctl_steps='' fwctl_said=''
  for fwctl_family in 4_nft 4_legacy 6_nft 6_legacy; do
    fwctl_find "$fwctl_family" || exit 10
    fwctl_read "$fwctl_family" || fwctl_refuse "reading the rules of IPv${fwctl_family%_*}"
    eval "fwctl_before_$fwctl_family=\$fwctl_now_$fwctl_family"
  done
  fwctl_read_sets || fwctl_refuse 'reading the address sets'
  for fwctl_table in $fwctl_fill $fwctl_rest; do
    eval "fwctl_now=\$fwctl_now_${fwctl_table%_*}"
    fwctl_content=$(fwctl_content "$fwctl_table")
    case $fwctl_content$fwctl_now in
      *FWCTL*) ;;
      *) continue ;;
    esac
    fwctl_said='what iptables-save printed makes no sense'
    fwctl_text=$(fwctl_compose "$fwctl_table" "$fwctl_content" words) \
      || fwctl_refuse "reading the $(fwctl_title "$fwctl_table")"
    eval "fwctl_text_$fwctl_table=\$fwctl_text"
    [ -z "$fwctl_text" ] || fwctl_steps="$fwctl_steps$fwctl_table
"
  done
  fwctl_make_sets || fwctl_refuse "the address set $fwctl_set"
  for fwctl_table in $fwctl_steps; do
    eval "fwctl_text=\$fwctl_text_$fwctl_table"
    fwctl_give "$fwctl_table" "$(fwctl_content "$fwctl_table")" "$fwctl_text" --test \
      || fwctl_refuse "the $(fwctl_title "$fwctl_table"), in a dry run,"
    eval "fwctl_text_$fwctl_table=\$fwctl_text"
  done
  if [ "$fwctl_mode" = test ]; then
    fwctl_unmake_sets
    exit 0
  fi
  for fwctl_pair in $fwctl_swaps; do
    fwctl_swap "$fwctl_pair" || fwctl_take_back "the address set $fwctl_set"
    fwctl_swapped="$fwctl_pair
$fwctl_swapped"
  done
  for fwctl_table in $fwctl_steps; do
    eval "fwctl_text=\$fwctl_text_$fwctl_table"
    fwctl_give "$fwctl_table" "$(fwctl_content "$fwctl_table")" "$fwctl_text" \
      || fwctl_take_back "the $(fwctl_title "$fwctl_table")"
    eval "fwctl_text_$fwctl_table=\$fwctl_text"
    fwctl_taken="$fwctl_table
$fwctl_taken"
  done
  fwctl_read_sets
  for fwctl_name in $fwctl_held_sets; do
    fwctl_has "$fwctl_sets" "$fwctl_name" || fwctl_destroy "$fwctl_name"
  done
  exit 0
}
