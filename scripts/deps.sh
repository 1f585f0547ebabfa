#!/usr/bin/env bash
# Installs the Debian 12 packages of scripts/apt.txt that are missing; idempotent.
# --check only tells. Ends with 77 where something is missing and we are not root.
set -euo pipefail
cd "$(dirname "$0")"
missing=()
while read -r package _; do
  [[ -z "$package" || "$package" == \#* ]] && continue
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ "$status" == installed ]] || missing+=("$package")
done < apt.txt
# A vendor's kubectl owns the same path as kubernetes-client: install that only where none is there.
command -v kubectl >/dev/null 2>&1 || missing+=(kubernetes-client)
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "deps: every package is there"
  exit 0
fi
line="apt-get install -y --no-install-recommends ${missing[*]}"
if [[ "${1:-}" == --check || $(id -u) -ne 0 ]]; then
  echo "deps: missing packages; as root run:" >&2
  echo "  apt-get update && $line" >&2
  exit 77
fi
echo "deps: installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# No service may start by itself: tests and the demo start their own servers.
policy=/usr/sbin/policy-rc.d
made_policy=0
if [[ ! -e "$policy" ]]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  made_policy=1
fi
trap '[[ $made_policy -eq 0 ]] || rm -f "$policy"' EXIT
log=$(mktemp)
apt-get -qq -o Acquire::Retries=3 update
# shellcheck disable=SC2086
if ! ${line/apt-get/apt-get -o Acquire::Retries=3} > "$log" 2>&1; then
  tail -n 20 "$log" >&2
  rm -f "$log"
  exit 1
fi
rm -f "$log"
echo "deps: done"
