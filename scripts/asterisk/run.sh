#!/usr/bin/env bash
# Runs the Asterisk of install.sh in the foreground, with the configuration of dialplan/asterisk/:
#
#   sudo RINGBRIDGE_ASTERISK_ARI_PASSWORD=… scripts/asterisk/run.sh FOLDER [SHARED…]
#
# SHARED are folders that Asterisk sees under their own names, to read only: prompts and music. dialplan/asterisk/asterisk.conf
# says what else the environment may set; without more it listens on 127.0.0.1 alone. It needs root for chroot and for the
# mounts, which nobody else sees and which end with it; Asterisk itself then runs as the user of its package. What it writes
# is in memory and gone afterwards: several of them may run from one folder.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:?the folder of install.sh}
[ "$(id -u)" -eq 0 ] || { echo "This needs root, for chroot and mounts: sudo $0 $*" >&2; exit 1; }
[ -x "$folder/usr/sbin/asterisk" ] || { echo "No Asterisk in $folder. Run: scripts/asterisk/install.sh $folder" >&2; exit 1; }
shift

# The program's process id stays the one that was started here: who started it can end it.
exec unshare --mount --propagation private bash -euo pipefail -c '
  folder=$1 configuration=$2; shift 2
  uid=$(stat -c %u "$folder/var/lib/asterisk") gid=$(stat -c %g "$folder/var/lib/asterisk")
  mount --bind -o ro "$configuration" "$folder/etc/asterisk"
  for path in run/asterisk var/spool/asterisk var/log/asterisk var/tmp tmp; do
    mkdir -p "$folder/$path"
    mount -t tmpfs -o "mode=1777,uid=$uid,gid=$gid" ringbridge "$folder/$path"
  done
  mount -t tmpfs -o "mode=0755,uid=$uid,gid=$gid" ringbridge "$folder/var/lib/asterisk"
  install -d -o "$uid" -g "$gid" "$folder/var/lib/asterisk/keys" "$folder/var/spool/asterisk/recording"
  mkdir -p "$folder/dev" "$folder/proc" && mount --rbind /dev "$folder/dev" && mount -t proc proc "$folder/proc"
  for shared in "$@"; do
    mkdir -p "$folder$shared" && mount --bind -o ro "$shared" "$folder$shared"
  done
  exec chroot "$folder" /usr/sbin/asterisk -f -U asterisk -G asterisk -C /etc/asterisk/asterisk.conf
' run "$folder" "$here/dialplan/asterisk" "$@"
