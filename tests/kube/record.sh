#!/usr/bin/env bash
# record.sh: starts a real control plane, fills it with a small shop's objects and writes what it answers to
# k8s/demo_data/. The demo cluster replays these files; they change only when this script is run again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap '"$here/down.sh" "$work/kube"; rm -rf "$work"' EXIT
"$here/up.sh" "$work/kube" --with-controllers > /dev/null
python3 "$here/record.py" "$work/kube/env" "$here/../../k8s/demo_data"
