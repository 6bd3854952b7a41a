#!/bin/sh
# Builds dist/incident-bridge_VERSION_ARCH.deb: the bridge with all it needs in /opt/bridge, its unit and its user.
# Needs dpkg-deb and the Debian's own Python, whose version and architecture the package is then for; no root.
set -eu

PIP=.venv/bin/pip
PYTHON=/usr/bin/python3
NAME=incident-bridge

version=$(.venv/bin/bridge --version | cut -d' ' -f2)
python=$($PYTHON -c 'import sys; print("%d.%d" % sys.version_info[:2])')
after=$($PYTHON -c 'import sys; print("%d.%d" % (sys.version_info[0], sys.version_info[1] + 1))')
arch=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT INT TERM
chmod 0755 "$root"
umask 022

# pip writes the path of this Python into bridge's first line: the folder of the build must go out of it again.
$PYTHON -m venv --without-pip "$root/opt/bridge"
$PIP --python "$root/opt/bridge/bin/python" install -q --no-compile --require-hashes --no-deps -r requirements.lock
$PIP --python "$root/opt/bridge/bin/python" install -q --no-compile --no-deps dist/incident_bridge-"$version"-*.whl
rm "$root"/opt/bridge/bin/[Aa]ctivate*
grep -rIl "$root" "$root/opt/bridge" | xargs sed -i "s|$root||g"
$PYTHON -m compileall -q --invalidation-mode unchecked-hash -s "$root" "$root/opt/bridge/lib"

install -d "$root/usr/bin" "$root/usr/lib/sysusers.d" "$root/lib/systemd/system" "$root/usr/share/doc/$NAME" "$root/DEBIAN"
ln -s /opt/bridge/bin/bridge "$root/usr/bin/bridge"
install -m 0644 config/bridge.service "$root/lib/systemd/system/"
install -m 0644 LICENSE "$root/usr/share/doc/$NAME/copyright"
install -m 0644 README.md README.ja.md CHANGELOG.md "$root/usr/share/doc/$NAME/"
echo 'u bridge - "The bridge" /var/lib/bridge' >"$root/usr/lib/sysusers.d/bridge.conf"
install -m 0755 scripts/deb/postinst scripts/deb/prerm "$root/DEBIAN/"
cat >"$root/DEBIAN/control" <<END
Package: $NAME
Version: $version
Architecture: $arch
Maintainer: the bridge's developers <support@example.jp>
Section: net
Priority: optional
Installed-Size: $(du -sk "$root" | cut -f1)
Depends: python3 (>= $python), python3 (<< $after), libc6, libstdc++6, tzdata, systemd | systemd-standalone-sysusers
Recommends: ca-certificates
Suggests: postgresql
Description: from a monitoring alert to the letter every customer receives
 The first report is drafted when the alert arrives, the on-call is rung until a
 person has decided, and the approved letter is sent to every customer, one by
 one.
END
mkdir -p dist
dpkg-deb --root-owner-group -Zxz -z2 --build "$root" "dist/${NAME}_${version}_$arch.deb"
