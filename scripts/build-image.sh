#!/bin/sh
# Builds the image `incident-bridge` from Containerfile with buildah, and without a registry: the Debian below it is made
# here by mmdebstrap, once. As root. BASE=docker.io/library/debian:bookworm-slim takes that one instead.
set -eu

BASE=${BASE:-localhost/bridge-base}
IMAGE=${IMAGE:-localhost/incident-bridge}
export STORAGE_DRIVER=overlay # podman, which runs it, chooses another one by itself
AUTHORITIES=/etc/ssl/certs/ca-certificates.crt

if [ "$BASE" = localhost/bridge-base ] && ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT INT TERM
    mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$folder/base.tar"
    printf 'FROM scratch\nADD base.tar /\n' >"$folder/Containerfile"
    buildah build --quiet --isolation chroot --tag "$BASE" "$folder" >/dev/null
fi
# chroot: no runtime and no control groups are needed, so this works inside of containers, too.
buildah build --quiet --isolation chroot --format docker --build-arg BASE="$BASE" \
    --volume "$AUTHORITIES:/authorities.crt:ro" --build-arg PIP_CERT=/authorities.crt \
    --file Containerfile --tag "$IMAGE" .
