#!/bin/sh
# Makes the virtual environment named by $1 with the first Python on PATH that is new enough.
set -eu

for python in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        "$python" -c 'import ensurepip, venv' 2>/dev/null || {
            echo "$python has no venv module. On Debian: apt-get install python3-venv" >&2
            exit 1
        }
        exec "$python" -m venv "$1"
    fi
done
echo "No Python 3.11 or newer on PATH. On Debian 12: apt-get install python3 python3-venv" >&2
exit 1
