#!/bin/sh
# Starts coturn with turnserver.conf and what comes from the environment: coturn cannot read it by itself, and on its command
# line everybody on the machine would see the secret.
set -eu
here=$(dirname "$0")
umask 077
folder=$(mktemp -d)
{
  cat "$here/turnserver.conf"
  echo "pidfile=$folder/turnserver.pid"
  echo "userdb=$folder/turndb"
  echo "static-auth-secret=${TURN_SECRET:?}"
  echo "realm=${TURN_REALM:?}"
  echo "listening-ip=${TURN_ADDRESS:?}"
  echo "relay-ip=$TURN_ADDRESS"
  # Our own media server, which is at the same address. By its outer one it is let through anyway.
  echo "allowed-peer-ip=$TURN_ADDRESS"
  [ "${TURN_PUBLIC_ADDRESS:-$TURN_ADDRESS}" = "$TURN_ADDRESS" ] ||
    echo "external-ip=$TURN_PUBLIC_ADDRESS/$TURN_ADDRESS"
  # More lines, for a laboratory: TURN_EXTRA=allow-loopback-peers
  echo "${TURN_EXTRA:-}"
} >"$folder/turnserver.conf"
exec turnserver -c "$folder/turnserver.conf"
