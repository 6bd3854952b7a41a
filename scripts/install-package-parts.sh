#!/bin/sh
# Installs what builds and runs the image (Debian's packages), when root; else says what is missing.
set -eu

PARTS="buildah podman runc catatonit mmdebstrap"

missing=""
for part in $PARTS; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$part" 2>/dev/null)" = installed ] || missing="$missing $part"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing for the image:$missing" >&2
    exit 1
fi
apt-get -qq update
# shellcheck disable=SC2086 # one word per package
DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $missing >/dev/null
