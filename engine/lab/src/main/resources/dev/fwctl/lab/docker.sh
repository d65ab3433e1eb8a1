#!/bin/sh
# Starts or stops the host's dockerd and waits until that is done. Usage: docker start|stop.
set -eu
if [ -d /run/systemd/system ]; then
  exec systemctl "$1" docker.socket docker.service
fi
pidfile=/var/run/docker.pid
case $1 in
  start)
    setsid dockerd --pidfile "$pidfile" >>/var/log/dockerd.log 2>&1 </dev/null &
    process=$!
    until docker version >/dev/null 2>&1; do
      if ! kill -0 "$process" 2>/dev/null; then
        tail -n 5 /var/log/dockerd.log >&2
        exit 1
      fi
      sleep 0.05
    done
    ;;
  stop)
    process=$(cat "$pidfile")
    kill "$process"
    while kill -0 "$process" 2>/dev/null; do sleep 0.05; done
    ;;
esac
