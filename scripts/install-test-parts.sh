#!/bin/sh
# Installs the real programs that the tests drive (Debian's packages), when root; else says what is missing.
# Tests that lack their part are reported as skipped; under CI=true such a skip is a failure.
set -eu

PARTS="prometheus prometheus-alertmanager prometheus-blackbox-exporter postfix postgresql chromium-headless-shell fonts-noto-cjk \
openssl faketime curl jq zabbix-server-pgsql nagios4-core icinga2-bin monitoring-plugins-basic nginx-light caddy"
POLICY=/usr/sbin/policy-rc.d

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=""
for part in $PARTS; do
    installed "$part" || missing="$missing $part"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing for the tests against real parts:$missing" >&2
    echo "As root on Debian: apt-get install$missing" >&2
    exit 0
fi

# The tests start each program themselves, on free ports: apt must leave no service running.
if [ ! -e "$POLICY" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod +x "$POLICY"
    trap 'rm -f "$POLICY"' EXIT INT TERM
fi
printf "postfix postfix/%s\n" "main_mailer_type select Local only" "mailname string localhost" | debconf-set-selections
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
# shellcheck disable=SC2086 # one word per package
apt-get -qq -y install --no-install-recommends $missing >/dev/null
