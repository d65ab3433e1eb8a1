#!/bin/sh
# Sets up the network namespace that it runs in. Usage: network.sh FOLDER, which holds
#   settings   lines "net/ipv4/ip_forward 1", paths below /proc/sys
#   batch      commands for ip
#   rules4     commands for ip -4
#   rules6     commands for ip -6
set -eu
while read -r path value; do
  echo "$value" >"/proc/sys/$path"
done <"$1/settings"
ip -batch "$1/batch"
for family in 4 6; do
  [ ! -s "$1/rules$family" ] || ip "-$family" -batch "$1/rules$family"
done
