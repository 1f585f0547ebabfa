#!/usr/bin/env bash
# record.sh KUBECTL_NATIVE: starts a real control plane, fills it, and records what it answers to the commands of native_commands.txt.
# KUBECTL_NATIVE is the built test tool. Needs the kubectl releases that are to be compared; the recording changes only when this script is run again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap '"$here/../kube/down.sh" "$work/kube"; rm -rf "$work"' EXIT
KUBESAGE_KUBE_BIN=$("$here/../kube/build.sh") "$here/../kube/up.sh" "$work/kube" --with-controllers > /dev/null
python3 -B "$here/record_answers.py" "$work/kube/env" "$1"
