# Sourced by the scripts beside it: goes to the root of the repository and sets up the build cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-${HOME:-$PWD/build}/.cache}
export CCACHE_DIR=${CCACHE_DIR:-$XDG_CACHE_HOME/ccache}
jobs=${KUBESAGE_JOBS:-$(nproc)}
script=$(basename "$0")

say() { echo "$script: [+${SECONDS}s] $*"; }

# The comment at the head of the calling script is its help.
help() { sed -n '2,/^[^#]/ s/^# \{0,1\}//p' "$0"; }
