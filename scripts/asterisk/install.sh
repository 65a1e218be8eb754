#!/usr/bin/env bash
# Puts Asterisk 22 into a folder of its own, for the optional tests and benchmarks against it:
#
#   sudo scripts/asterisk/install.sh [FOLDER]      (default /opt/asterisk-sid)
#
# Debian's stable releases have no Asterisk any more, its unstable release (sid) has. So this bootstraps a minimal sid into
# FOLDER and installs the packages there; nothing outside of FOLDER is changed, and `rm -rf FOLDER` undoes it. About 450 MB.
# It needs root (for chroot), debootstrap (`apt-get install debootstrap`) and a Debian mirror: the one this machine's apt
# uses, or DEBIAN_MIRROR. sid moves on every day: a tool for one's own machine, never a step that must pass.
set -euo pipefail
folder=${1:-/opt/asterisk-sid}

fail() { echo "$*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || fail "This needs root, for debootstrap and chroot: sudo $0 $folder"
command -v debootstrap >/dev/null || fail 'debootstrap is not here. Run: apt-get install debootstrap'
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
  sed -n 's/^Debian \(.*\)$/\1/p' | grep -v security | head -n 1)}
[ -n "$mirror" ] || fail "No Debian mirror is known to apt on this machine. Name one: DEBIAN_MIRROR=… $0 $folder"

if [ -x "$folder/usr/sbin/asterisk" ]; then
  echo "Already there: $(chroot "$folder" /usr/sbin/asterisk -V) in $folder"
  exit 0
fi
if [ ! -e "$folder/etc/debian_version" ]; then
  echo "1/2  A minimal Debian sid into $folder …"
  debootstrap --variant=minbase sid "$folder" "$mirror" >"$folder.log" 2>&1 ||
    fail "debootstrap failed, see $folder.log"
fi
# Nothing may be started by the installation: the folder shares the ports of this machine.
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
chmod +x "$folder/usr/sbin/policy-rc.d"
# How this machine's apt reaches its mirror (a proxy, a mirror that is frozen at a day) holds inside, too.
apt-config dump --format '%f "%v";%n' | grep -iE '^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy) ' >"$folder/etc/apt/apt.conf.d/90machine" || true
echo "2/2  Asterisk and its sounds into $folder …"
chroot "$folder" env DEBIAN_FRONTEND=noninteractive sh -c '
  apt-get update && apt-get install -y --no-install-recommends asterisk asterisk-modules asterisk-core-sounds-en && apt-get clean
' >>"$folder.log" 2>&1 || fail "The installation failed, see $folder.log"
echo "Done: $(chroot "$folder" /usr/sbin/asterisk -V) in $folder"
echo "The conformance suite of the media port runs on it with RINGBRIDGE_TEST_ASTERISK=$folder npm test -- gateway/media"
