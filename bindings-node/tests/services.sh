#!/usr/bin/env bash
# Installs what the Node examples and benchmarks use beside Node, where this is root on Debian: PostgreSQL, Redis, Chromium and a
# Chinese font. What is there already is left as it is; what cannot be installed is said, and skipped by the tests.
set -uo pipefail

missing=()
have() { command -v "$1" >/dev/null 2>&1; }
have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
have redis-server || missing+=(redis-server)
have chromium || missing+=(chromium)
[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || missing+=(fontconfig fonts-wqy-microhei)

[ "${#missing[@]}" -eq 0 ] && exit 0
if ! have apt-get || [ "$(id -u)" -ne 0 ]; then
    printf 'not installed, and cannot be installed here: %s\n' "${missing[*]}"
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null
status=0
for package in "${missing[@]}"; do
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || { printf 'could not be installed: %s\n' "$package"; status=1; }
done
exit "$status"
