#!/bin/sh
# Puts axe-core (MPL-2.0, for tests only) where the browser tests look for it: .venv/axe.min.js.
# Without npm it says so; the tests then rely on their own checks of names, contrast and landmarks.
set -eu

VERSION=4.14.1
SHA256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
TARGET=.venv/axe.min.js

matches() {
    echo "$SHA256  $TARGET" | sha256sum --check --status 2>/dev/null
}

matches && exit 0
if ! command -v npm >/dev/null; then
    echo "Missing for the accessibility tests: npm, to fetch axe-core $VERSION" >&2
    exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM
if ! npm pack --silent --pack-destination "$folder" "axe-core@$VERSION" >/dev/null; then
    echo "axe-core $VERSION could not be fetched" >&2
    exit 0
fi
tar -xzf "$folder/axe-core-$VERSION.tgz" -C "$folder" package/axe.min.js
mv "$folder/package/axe.min.js" "$TARGET"
matches || {
    rm -f "$TARGET"
    echo "axe-core $VERSION is not the file these tests were written with" >&2
    exit 1
}
