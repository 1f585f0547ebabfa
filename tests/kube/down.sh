#!/usr/bin/env bash
# down.sh DIR [--keep]
# Ends what up.sh started in DIR, by the recorded process ids and only while their command line names DIR,
# then removes DIR (--keep leaves it). Does nothing when there is nothing.
set -uo pipefail
[[ $# -ge 1 && $1 != -* ]] || { echo "usage: down.sh DIR [--keep]" >&2; exit 2; }
[[ -d $1/pid ]] || exit 0
dir=$(cd "$1" && pwd)
keep=${2:-}
ours() { # process id
  [[ -r /proc/$1/cmdline ]] && tr '\0' '\n' < "/proc/$1/cmdline" 2> /dev/null | grep -qF -- "$dir/"
}
status=0
for name in scheduler controller-manager apiserver etcd; do
  file=$dir/pid/$name
  [[ -f $file ]] || continue
  pid=$(cat "$file")
  if ours "$pid"; then
    kill -TERM "$pid" 2> /dev/null
    for _ in $(seq 100); do ours "$pid" || break; sleep 0.1; done
    if ours "$pid"; then kill -KILL "$pid" 2> /dev/null; sleep 0.3; fi
  fi
  if ours "$pid"; then echo "down.sh: $name ($pid) still runs" >&2; status=1; else rm -f "$file"; fi
done
[[ $keep == --keep || $status != 0 ]] || rm -rf "$dir"
exit $status
