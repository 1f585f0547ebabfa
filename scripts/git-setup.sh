#!/usr/bin/env bash
# scripts/git-setup.sh [--remove]: optional. Makes git run `scripts/check --fast` before each commit (seconds).
# A hook that somebody else put there is left alone.
here=$(dirname "$0")
# shellcheck source=common.sh
. "$here/common.sh"
case "${1:-}" in -h | --help) help; exit 0 ;; esac
hook=$(git rev-parse --git-path hooks)/pre-commit
mark='# put there by scripts/git-setup.sh'
if [[ -e "$hook" ]] && ! grep -qF "$mark" "$hook"; then
  say "another pre-commit hook is in use; nothing was changed"
  exit 1
fi
if [[ "${1:-}" == --remove ]]; then
  rm -f "$hook"
  say "hook removed"
  exit 0
fi
mkdir -p "$(dirname "$hook")"
printf '#!/bin/sh\n%s\nexec scripts/check --fast\n' "$mark" > "$hook"
chmod +x "$hook"
say "each commit runs scripts/check --fast now; --remove undoes it"
