# From here on the script is the same for all rules. Above it says what it is to make:
#   fwctl_fill, fwctl_rest   families and kinds that are to hold rules, and all others, such as 4_nft
#   fwctl_content_KIND       what of ours each of the former is to hold
#   fwctl_sets               address sets that are to be there
#   fwctl_members SET        the kind of a set, and its members
#   fwctl_table_names, fwctl_modules   where the kernel tells of legacy tables, and of modules
#
# The content of a table has a line "*TABLE", a line ":CHAIN" for each chain of ours, "-A CHAIN ..." for each of their
# rules, and "-I CHAIN POSITION ..." for each jump into them. Its change is composed from that and from what
# iptables-save prints: what others wrote is text for iptables-restore here, and never a word of the shell.
# Starting a process costs more than what most of them do, so there are as few as can be.

LC_ALL=C
PATH=${PATH-}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
IFS='
'
set -f

# Writes the input of iptables-restore that gives tables their content. Tables come in the order of what is wanted, then
# those that are emptied. Own chains are emptied by being named, others are never named so; jumps are deleted by what
# they say, as another program may be changing their chain at this moment; by their number only where they can't be
# given back in words.
# shellcheck disable=SC2016 # awk's own signs
fwctl_composer='
function own(chain) {
  return chain ~ /^FWCTL/
}
!held && $0 == "=" { held = 1; next }
!held && /^\*/ {
  table = substr($0, 2)
  if (!(table in named)) order[++table_count] = table
  named[table]
  next
}
!held && /^:/ { wanted[table, substr($1, 2)]; chains[table, ++chain_count[table]] = substr($1, 2); next }
!held && /^-A/ { rules[table, ++rule_count[table]] = $0; next }
!held && /^-I/ { hooks[table, ++hook_count[table]] = $0; next }
!held && /^-X/ { made[table, ++made_count[table]] = $2; next }
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
text ~ /^\*/ { table = substr(text, 2); inside = 1; next }
!inside { next }
text == "COMMIT" { inside = 0; next }
text ~ /^:/ {
  split(text, word, " ")
  chain = substr(word[1], 2)
  there[table, chain]
  if (own(chain)) held_chains[table, ++held_chain_count[table]] = chain
  next
}
text ~ /^-A / {
  bare = text
  gsub(/\\./, "", bare)
  gsub(/"[^"]*"/, "\"\"", bare)
  words = split(bare, word, " ")
  chain = word[2]
  target = word[words - 1] ~ /^-[jg]$/ ? word[words] : ""
  length_of[table, chain]++
  if (own(chain)) {
    held_rules[table, ++held_rule_count[table]] = text
    if (text ~ /\n/) unspeakable = 1
    next
  }
  used[table, target]
  if (own(target)) {
    i = ++jump_count[table]
    jump_chain[table, i] = chain
    jump_position[table, i] = length_of[table, chain]
    jump_words[table, i] = substr(text, length(chain) + 5)
    if (text ~ /\n/) unspeakable_jump[table, i]
  }
}

END {
  if (open || inside) exit 1
  emptied = split("mangle filter security nat raw", word, " ")
  for (i = 1; i <= emptied; i++) if (!(word[i] in named)) order[++table_count] = word[i]
  for (number = 1; number <= table_count; number++) {
    table = order[number]
    if (mode == "held") held_content()
    else if (whole || !is_right()) compose()
  }
  if (mode == "held" && unspeakable) exit 1
}

function held_content(  i) {
  if (!held_chain_count[table] && !jump_count[table]) return
  print "*" table
  for (i = 1; i <= held_chain_count[table]; i++) print ":" held_chains[table, i]
  for (i = 1; i <= held_rule_count[table]; i++) print held_rules[table, i]
  for (i = 1; i <= jump_count[table]; i++) {
    if ((table, i) in unspeakable_jump) unspeakable = 1
    print "-I " jump_chain[table, i] " " jump_position[table, i] " " jump_words[table, i]
  }
}

# Takes the words of a jump that is wanted apart.
function take_hook(i) {
  split(hooks[table, i], word, " ")
  hook_chain = word[2]
  hook_position = word[3]
  hook_words = substr(hooks[table, i], length(hook_chain) + length(hook_position) + 6)
}

# Tells whether a table holds what it is to hold, each rule and each jump in its place.
function is_right(  i, is, shall) {
  if (made_count[table] || held_chain_count[table] != chain_count[table]) return 0
  if (held_rule_count[table] != rule_count[table] || jump_count[table] != hook_count[table]) return 0
  for (i = 1; i <= held_chain_count[table]; i++) if (!((table, held_chains[table, i]) in wanted)) return 0
  # Rules keep their order within a chain; that of the chains means nothing.
  for (i = 1; i <= rule_count[table]; i++) {
    split(held_rules[table, i], word, " ")
    is[word[2], ++is[word[2]]] = held_rules[table, i]
  }
  for (i = 1; i <= rule_count[table]; i++) {
    split(rules[table, i], word, " ")
    if (is[word[2], ++shall[word[2]]] != rules[table, i]) return 0
  }
  for (i = 1; i <= jump_count[table]; i++)
    is["jump", jump_chain[table, i], jump_position[table, i]] = jump_words[table, i]
  for (i = 1; i <= hook_count[table]; i++) {
    take_hook(i)
    if (is["jump", hook_chain, hook_position] != hook_words) return 0
  }
  return 1
}

function compose(  i, chain, room) {
  if (!(chain_count[table] || hook_count[table] || made_count[table] || held_chain_count[table] || jump_count[table])) return
  print "*" table
  for (i = 1; i <= chain_count[table]; i++) print ":" chains[table, i] " - [0:0]"
  for (i = 1; i <= held_chain_count[table]; i++)
    if (!((table, held_chains[table, i]) in wanted)) print ":" held_chains[table, i] " - [0:0]"
  for (i = 1; i <= hook_count[table]; i++) {
    take_hook(i)
    if (!((table, hook_chain) in there) && hook_chain !~ /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/)
      print "-N " hook_chain
    there[table, hook_chain]
  }
  for (i = jump_count[table]; i >= 1; i--)
    if (mode == "number" || (table, i) in unspeakable_jump)
      print "-D " jump_chain[table, i] " " jump_position[table, i]
  for (i = 1; i <= jump_count[table]; i++) {
    if (mode != "number" && !((table, i) in unspeakable_jump))
      print "-D " jump_chain[table, i] " " jump_words[table, i]
    length_of[table, jump_chain[table, i]]--
  }
  for (i = 1; i <= rule_count[table]; i++) print rules[table, i]
  for (i = 1; i <= hook_count[table]; i++) {
    take_hook(i)
    room = ++length_of[table, hook_chain]
    print "-I " hook_chain " " (hook_position > room ? room : hook_position) " " hook_words
  }
  for (i = 1; i <= held_chain_count[table]; i++)
    if (!((table, held_chains[table, i]) in wanted)) print "-X " held_chains[table, i]
  for (i = 1; i <= made_count[table]; i++) {
    chain = made[table, i]
    if ((table, chain) in there && !((table, chain) in used) && !length_of[table, chain]) print "-X " chain
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

# Finds the commands of a family and kind; fails when they are missing where there is something for them to do.
fwctl_find() {
  fwctl_command=iptables
  case $1 in 6_*) fwctl_command=ip6tables ;; esac
  if fwctl_has_tools "$fwctl_command-${1#*_}" || { fwctl_is_plain "${1#*_}" && fwctl_has_tools "$fwctl_command"; }; then
    eval "fwctl_save_$1=\$fwctl_tool-save fwctl_restore_$1=\$fwctl_tool-restore"
    return 0
  fi
  eval "fwctl_save_$1= fwctl_restore_$1="
  if fwctl_has "$fwctl_fill" "$1"; then
    fwctl_say "$fwctl_command of the kind ${1#*_} is not installed"
    return 1
  fi
}

fwctl_has_tools() {
  fwctl_tool=$1
  command -v "$1-save" >/dev/null 2>&1 && command -v "$1-restore" >/dev/null 2>&1
}

# Tells whether the commands without a kind in their names are of this kind.
fwctl_is_plain() {
  case $1:$("$fwctl_command" -V </dev/null 2>/dev/null) in
    nft:*nf_tables*) ;;
    *:*nf_tables* | *:) return 1 ;;
    legacy:*) ;;
    *) return 1 ;;
  esac
}

# Reads the rules in force of a family and kind into fwctl_now.
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
}

# Composes a text from a content and from rules in force. Modes "words" and "number": for the tables that are not as
# they are to be, or for all when nothing is to be changed; "held": the content that the rules in force are.
fwctl_compose() {
  printf '%s\n=\n%s\n' "$1" "$2" | awk -v mode="$3" -v whole="${fwctl_mode:+1}" "$fwctl_composer"
}

# Gives a family and kind a content, by a text for iptables-restore that was composed for it, or tries to (--test). When
# that is refused because somebody else has just changed a table, or because a jump can't be deleted by its words, it is
# composed anew.
fwctl_give() {
  fwctl_text=$3 fwctl_by_words=$3 fwctl_by_number=
  eval "fwctl_restore=\$fwctl_restore_$1"
  for fwctl_attempt in 1 2 3 4 5; do
    fwctl_said=$(printf '%s\n' "$fwctl_text" | "$fwctl_restore" --noflush --wait=30 ${4-} 2>&1) && return 0
    fwctl_refusal=$? fwctl_cause=$fwctl_said
    # Status 4: another program held the lock for all of that time.
    [ "$fwctl_refusal" -ne 4 ] || return 1
    fwctl_read "$1" || return 1
    fwctl_said=$fwctl_cause
    fwctl_text=$(fwctl_compose "$2" "$fwctl_now" words) || return 1
    [ -n "$fwctl_text" ] || return 0
    if [ "$fwctl_text" != "$fwctl_by_words" ]; then
      fwctl_by_words=$fwctl_text
      continue
    fi
    fwctl_text=$(fwctl_compose "$2" "$fwctl_now" number) || return 1
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
  fwctl_say "$1 refused: $(fwctl_reason "$fwctl_cause")"
  exit 10
}

# Ends the script when all that was done is taken back, the last first. Argument: what was refused.
fwctl_take_back() {
  fwctl_status=11 fwctl_why=$fwctl_said
  printf '%s\n' "$fwctl_why" >&2
  for fwctl_kind in $fwctl_begun; do
    fwctl_put_back "$fwctl_kind" || fwctl_broken
  done
  for fwctl_pair in $fwctl_swapped; do
    fwctl_swap "$fwctl_pair" || fwctl_broken
  done
  fwctl_unmake_sets
  fwctl_say "$1 refused: $(fwctl_reason "$fwctl_why")"
  exit "$fwctl_status"
}

# Gives a family and kind what it held of ours when the script began.
fwctl_put_back() {
  fwctl_said="what IPv${1%_*} held can't be told in words"
  eval "fwctl_before=\$fwctl_before_$1 fwctl_text=\$fwctl_text_$1"
  fwctl_before=$(fwctl_compose '' "$fwctl_before" held) || return 1
  # Chains that were made for our jumps go too.
  fwctl_made_chains=$(printf '%s\n' "$fwctl_text" | awk '/^\*/ { table = $0 } sub(/^-N/, "-X") { print table "\n" $0 }')
  fwctl_read "$1" || return 1
  fwctl_text=$(fwctl_compose "$fwctl_before
$fwctl_made_chains" "$fwctl_now" words) || return 1
  [ -z "$fwctl_text" ] || fwctl_give "$1" "$fwctl_before
$fwctl_made_chains" "$fwctl_text"
}

fwctl_broken() {
  fwctl_status=12
  fwctl_say "what was there could not be put back: $(fwctl_reason "$fwctl_said")"
}

fwctl_make_it_so() {
  # The way to its end does not depend on whoever started it.
  trap '' HUP INT PIPE TERM
  fwctl_made='' fwctl_swaps='' fwctl_swapped='' fwctl_begun='' fwctl_steps='' fwctl_said=''
  for fwctl_kind in $fwctl_fill $fwctl_rest; do
    fwctl_find "$fwctl_kind" || exit 10
    fwctl_read "$fwctl_kind" || fwctl_refuse "reading the rules of IPv${fwctl_kind%_*} was"
    eval "fwctl_before_$fwctl_kind=\$fwctl_now fwctl_content=\${fwctl_content_$fwctl_kind-}"
    case $fwctl_content$fwctl_now in
      *FWCTL*) ;;
      *) continue ;;
    esac
    fwctl_said='what iptables-save printed makes no sense'
    fwctl_text=$(fwctl_compose "$fwctl_content" "$fwctl_now" words) \
      || fwctl_refuse "reading the rules of IPv${fwctl_kind%_*} was"
    [ -n "$fwctl_text" ] || continue
    eval "fwctl_text_$fwctl_kind=\$fwctl_text"
    fwctl_steps="$fwctl_steps$fwctl_kind
"
  done
  fwctl_read_sets || fwctl_refuse 'reading the address sets was'
  fwctl_make_sets || fwctl_refuse "the address set $fwctl_set was"
  for fwctl_kind in $fwctl_steps; do
    eval "fwctl_text=\$fwctl_text_$fwctl_kind fwctl_content=\${fwctl_content_$fwctl_kind-}"
    fwctl_give "$fwctl_kind" "$fwctl_content" "$fwctl_text" --test \
      || fwctl_refuse "the rules of IPv${fwctl_kind%_*}, in a dry run, were"
    eval "fwctl_text_$fwctl_kind=\$fwctl_text"
  done
  if [ "$fwctl_mode" = test ]; then
    fwctl_unmake_sets
    exit 0
  fi
  for fwctl_pair in $fwctl_swaps; do
    fwctl_swap "$fwctl_pair" || fwctl_take_back "the address set $fwctl_set was"
    fwctl_swapped="$fwctl_pair
$fwctl_swapped"
  done
  for fwctl_kind in $fwctl_steps; do
    fwctl_begun="$fwctl_kind
$fwctl_begun"
    eval "fwctl_text=\$fwctl_text_$fwctl_kind fwctl_content=\${fwctl_content_$fwctl_kind-}"
    [ -z "$fwctl_text" ] || fwctl_give "$fwctl_kind" "$fwctl_content" "$fwctl_text" \
      || fwctl_take_back "the rules of IPv${fwctl_kind%_*} were"
  done
  [ -z "$fwctl_held_sets$fwctl_made" ] || fwctl_read_sets
  for fwctl_name in $fwctl_held_sets; do
    fwctl_has "$fwctl_sets" "$fwctl_name" || fwctl_destroy "$fwctl_name"
  done
  exit 0
}
