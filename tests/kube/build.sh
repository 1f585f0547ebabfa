#!/usr/bin/env bash
# Builds the real Kubernetes v1.20.2 control plane from Debian 12's source package into the cache folder
# and prints that folder. Does nothing when the binaries are there already. Needs root (apt) and Debian's mirror.
# The system's apt sources stay as they are: the source list used here is our own.
set -euo pipefail
orig='kubernetes_1.20.5+really1.20.2.orig.tar.gz'
sha=b83c0780efb182d928dc63d46488a847f161f04e40a94b96bf5247dd671ecdfc   # of orig.tar.gz, as in the signed Sources index
commit=faecb196815e248d3ecfb03c680a4507229c2a56                        # v1.20.2, as the tarball records it
components=(kube-apiserver kube-controller-manager kube-scheduler)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kubesage/kube
out=$cache/${sha:0:16}
say() { echo "kube: [+${SECONDS}s] $*" >&2; }

have_all() { local c; for c in "${components[@]}"; do [[ -x "$out/$c" ]] || return 1; done; }
if have_all; then echo "$out"; exit 0; fi
mkdir -p "$cache"
exec 9> "$cache/.build.lock"
flock 9
if have_all; then echo "$out"; exit 0; fi
if [[ $(id -u) -ne 0 ]]; then
  say "the kube-apiserver for the integration tests must be built once as root: sudo XDG_CACHE_HOME=${cache%/kubesage/kube} $0"
  exit 77
fi
work=$cache/build
mkdir -p "$work/apt/lists/partial" "$out"
say "building kube-apiserver, kube-controller-manager and kube-scheduler from Debian's source (about 4 minutes, once)"
mirror=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 'Created-By: Packages' | head -n 1)
[[ -n "$mirror" ]] || { say "no bookworm mirror in apt's sources"; exit 1; }
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > "$work/apt/sources.list"
src=(-o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::Lists=$work/apt/lists")
apt-get -qq update
apt-get -qq "${src[@]}" update
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
  golang-1.19-go golang-github-modern-go-reflect2-dev > "$work/apt.log" 2>&1 || { tail "$work/apt.log" >&2; exit 1; }
cd "$work"
say "source"
[[ -f "$orig" ]] || apt-get -qq "${src[@]}" source --download-only kubernetes/bookworm >&2
echo "$sha  $orig" | sha256sum -c --quiet >&2
tree=$work/gopath/src/k8s.io/kubernetes
rm -rf "$work/gopath"
mkdir -p "$tree" "$work/tmp"
tar xzf "$orig" -C "$tree" --strip-components=1
# The vendored reflect2 1.0.1 dereferences nil when built with Go >= 1.18; Debian's 1.0.2 has the fix.
rm -f "$tree"/vendor/github.com/modern-go/reflect2/*.{go,s}
cp /usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$tree/vendor/github.com/modern-go/reflect2/"
cd "$tree"
export GOPATH=$work/gopath GOCACHE=$work/gocache GOTMPDIR=$work/tmp GO111MODULE=off CGO_ENABLED=0 GOFLAGS='' GOPROXY=off
export PATH=/usr/lib/go-1.19/bin:$PATH
# The one generated file that the tarball lacks.
say "openapi-gen"
go build -p 2 -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
packages=$(grep -rl --include='*.go' '^// *+k8s:openapi-gen=' cmd pkg plugin staging/src/k8s.io |
  grep -v -e staging/src/k8s.io/code-generator/ -e staging/src/k8s.io/sample-apiserver/ -e _test.go -e zz_generated |
  xargs -n1 dirname | sed 's,^staging/src/,vendor/,; s,^,k8s.io/kubernetes/,' | LC_ALL=C sort -u | paste -sd,)
"$work/openapi-gen" --logtostderr -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
  -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations" >&2
cmp "$work/violations" api/api-rules/violation_exceptions.list >&2   # upstream's own check of the generator's run
ld="-s -w"
for p in component-base/version client-go/pkg/version; do
  p=k8s.io/kubernetes/vendor/k8s.io/$p
  ld="$ld -X $p.gitVersion=v1.20.2 -X $p.gitMajor=1 -X $p.gitMinor=20 -X $p.gitCommit=$commit"
  ld="$ld -X $p.gitTreeState=archive -X $p.buildDate=2021-01-13T13:20:00Z"
done
for c in "${components[@]}"; do
  say "$c"
  go build -p 2 -tags providerless -trimpath -ldflags "$ld" -o "$out/$c.part" "./cmd/$c"
  mv "$out/$c.part" "$out/$c"
done
cd "$cache"
chmod -R u+w "$work"
rm -rf "$work"
say "done"
echo "$out"
