#!/usr/bin/env bash
# fixture.sh DIR: CTest's set-up. Ends what a broken run left in DIR, builds the binaries where the cache has none,
# and starts a kube-apiserver.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$here/down.sh" "$1"
rm -rf "$1"
KUBESAGE_KUBE_BIN=$("$here/build.sh") exec "$here/up.sh" "$1"
