# Sourced by mvnw and fwctl (POSIX sh): where is a JDK 25? Starts no process unless it must, since every run of fwctl pays for it.

jdk_release=25

# is_jdk HOME: whether HOME is a JDK (not only a runtime) of the wanted release, by the release file that every JDK carries.
is_jdk() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r jdk_line || [ -n "$jdk_line" ]; do
    case $jdk_line in
      JAVA_VERSION=\"$jdk_release\" | JAVA_VERSION=\"$jdk_release[.+-]*) return 0 ;;
    esac
  done <"$1/release"
  return 1
}

# find_jdk: sets jdk to the home of a JDK 25, or ends the program and says what to do.
find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && is_jdk "$JAVA_HOME"; then
    jdk=$JAVA_HOME
    return
  fi
  for jdk in /usr/lib/jvm/*; do
    if is_jdk "$jdk"; then return; fi
  done
  if jdk=$(command -v java) && jdk=$(readlink -f "$jdk") && jdk=${jdk%/bin/java} && is_jdk "$jdk"; then
    return
  fi
  printf '%s: no JDK %s found (looked at JAVA_HOME=%s, /usr/lib/jvm and the java on PATH).\n  Install one, for example Temurin %s or openjdk-%s-jdk, or set JAVA_HOME to where it is.\n' \
    "${0##*/}" "$jdk_release" "${JAVA_HOME:-(not set)}" "$jdk_release" "$jdk_release" >&2
  exit 1
}
