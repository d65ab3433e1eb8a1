#!/bin/sh
# Lays out what ./fwctl runs. The build calls it in engine/cli once the jars are there.
#
#   target/dist/BUILD/        never changes once it is there, so that a running fwctl keeps the jars it started with
#     *.jar                   fwctl-cli.jar names the others in its manifest
#     fwctl.aot               the JVM's ahead-of-time cache, when training worked; start-up is slower without
#   target/dist/current       BUILD of the newest build
#   target/dist/stamp         as old as the start of that build: a newer source makes it stale
#
# BUILD is a hash of the jars and the JDK. The JVM does not notice that a jar under its cache was replaced, so the cache must never see another jar.
#
# Usage: assemble.sh JAR STARTED (in target/; as touch -t reads it, UTC)
set -eu
jar=$1
started=$2
. ../../.mvn/jdk.sh
find_jdk
cd target
mkdir -p dist

hash() { sha256sum | cut -c 1-16; }
build=$({ sha256sum "$jar" && cd lib && sha256sum ./*.jar && cat "$jdk/release"; } | hash)

# What the training run does is what the cache makes fast.
training='plan -i ../src/main/launcher/training/hosts.yml -p ../src/main/launcher/training/policies'

if [ ! -d "dist/$build" ]; then
  new=$(mktemp -d dist/.new-XXXXXX)
  trap 'rm -rf "$new"' EXIT
  chmod 755 "$new"
  cp -p lib/*.jar "$new/"
  cp -p "$jar" "$new/fwctl-cli.jar"
  # The exit code is the command's own matter; a cache is there or it is not.
  # shellcheck disable=SC2086 # several words
  "$jdk/bin/java" -XX:AOTCacheOutput="$new/fwctl.aot" -XX:+UseSerialGC -Xlog:disable \
    -jar "$new/fwctl-cli.jar" $training >"$new/training.log" 2>&1 </dev/null || :
  [ -s "$new/fwctl.aot" ] || { cat "$new/training.log" && echo 'fwctl will start slower: the training run left no cache'; } >&2
  rm -f "$new/training.log"
  mv -T "$new" "dist/$build" 2>/dev/null || [ -d "dist/$build" ]
fi
rm -rf lib

# Builds of hours ago, some 40 MB each: nothing runs that long.
find dist -mindepth 1 -maxdepth 1 -type d ! -name "$build" -mmin +240 -exec rm -rf {} +

echo "$build" >dist/.current.$$
mv dist/.current.$$ dist/current
TZ=UTC touch -t "$started" dist/stamp
