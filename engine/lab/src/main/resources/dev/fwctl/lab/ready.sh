#!/bin/sh
# Ends the boot of a lab host: everything that it runs answers.
set -eu
if [ -e /run/lab-image.tar ]; then
  docker image inspect web:1 >/dev/null 2>&1 || docker import /run/lab-image.tar web:1 >/dev/null
fi
: >/run/lab-ready
