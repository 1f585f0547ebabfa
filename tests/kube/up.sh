#!/usr/bin/env bash
# up.sh DIR [--with-controllers]
# Starts a real Kubernetes control plane (etcd, kube-apiserver, and with the flag controller-manager and
# scheduler) on loopback ports that the kernel picks, keeps everything in DIR and writes DIR/env: KEY=VALUE
# lines with K8S_SERVER, K8S_CA, tokens, client certificates and process ids. down.sh DIR ends it.
# KUBESAGE_KUBE_BIN names the folder of the binaries; without it build.sh is asked.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { echo "usage: up.sh DIR [--with-controllers]" >&2; exit 2; }
[[ $# -ge 1 && $1 != -* ]] || usage
dir=$1; shift
controllers=0
for arg in "$@"; do [[ $arg == --with-controllers ]] && controllers=1 || usage; done
die() { echo "up.sh: $*" >&2; exit 1; }
bin=${KUBESAGE_KUBE_BIN:-$("$here/build.sh")}
etcd=$(command -v etcd) || die "etcd is missing (package etcd-server)"
timeout_s=${KUBESAGE_KUBE_TIMEOUT:-120}
[[ ! -e $dir ]] || die "$dir exists: run down.sh first"
umask 077
mkdir -p "$dir"/{pki,log,pid}
dir=$(cd "$dir" && pwd)
cd "$dir"

# -- keys: P-256, about 10 ms each ------------------------------------------------------------------

key() { openssl ecparam -name prime256v1 -genkey -noout -out "pki/$1.key" 2> /dev/null; }
authority() { # file, common name
  key "$1"
  openssl req -x509 -new -sha256 -key "pki/$1.key" -days 3650 -subj "/CN=$2" -out "pki/$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,digitalSignature,keyCertSign,cRLSign 2> /dev/null
}
certificate() { # file, subject, extended key usage, [subject alternative names]
  key "$1"
  { echo "basicConstraints=critical,CA:FALSE"; echo "keyUsage=critical,digitalSignature"
    echo "extendedKeyUsage=$3"; [[ -z ${4:-} ]] || echo "subjectAltName=$4"; } > "pki/$1.ext"
  openssl req -new -sha256 -key "pki/$1.key" -subj "$2" 2> /dev/null |
    openssl x509 -req -sha256 -CA pki/ca.crt -CAkey pki/ca.key -set_serial "0x$(openssl rand -hex 8)" \
      -days 3650 -extfile "pki/$1.ext" -out "pki/$1.crt" 2> /dev/null
  rm -f "pki/$1.ext"
}
authority ca "kubesage-test-ca"
authority other-ca "kubesage-test-other-ca" # signs nothing: for "unknown authority"
certificate apiserver "/CN=kube-apiserver" serverAuth \
  "IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
certificate admin "/O=system:masters/CN=kubernetes-admin" clientAuth
certificate viewer "/CN=viewer-cert" clientAuth
key sa
openssl ec -in pki/sa.key -pubout -out pki/sa.pub 2> /dev/null
admin_token=$(openssl rand -hex 16); viewer_token=$(openssl rand -hex 16)
nobody_token=$(openssl rand -hex 16); bad_token=$(openssl rand -hex 16)
cat > pki/tokens.csv <<T
$admin_token,admin,uid-admin,"system:masters"
$viewer_token,viewer,uid-viewer,"viewers"
$nobody_token,nobody,uid-nobody
T

# -- processes --------------------------------------------------------------------------------------

# Ports that were free a moment ago, all different. Another process may still take one before we bind
# it; then the process exits and start_stack is tried again.
free_ports() {
  python3 - "$1" <<'P'
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*[s.getsockname()[1] for s in held])
P
}
start() { # name, command...
  local name=$1; shift
  setsid nohup "$@" > "log/$name.log" 2>&1 < /dev/null &
  echo $! > "pid/$name"
}
alive() { kill -0 "$(cat "pid/$1")" 2> /dev/null; }
show() { echo "up.sh: $1 did not come up" >&2; tail -n 15 "log/$1.log" >&2 || true; }
# Waits until URL answers with a body that matches WANT. Not zero: the process ended or the time is over.
wait_url() { # name, url, want, curl arguments...
  local name=$1 url=$2 want=$3 end=$((SECONDS + timeout_s)); shift 3
  # shellcheck disable=SC2053 # the right side is a pattern
  until [[ $(curl -s --noproxy '*' --max-time 2 "$@" "$url" 2> /dev/null || true) == $want ]]; do
    if ! alive "$name" || ((SECONDS >= end)); then show "$name"; return 1; fi
    sleep 0.1
  done
}
start_stack() {
  local client peer
  read -r client peer api_port manager_port scheduler_port < <(free_ports 5)
  etcd_url=http://127.0.0.1:$client
  server=https://127.0.0.1:$api_port
  rm -rf etcd
  # The data live as long as the test: no fsync, which is most of etcd's time on a shared disk.
  start etcd "$etcd" --name kube --data-dir "$dir/etcd" --unsafe-no-fsync \
    --listen-client-urls "$etcd_url" --advertise-client-urls "$etcd_url" \
    --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
    --initial-cluster "kube=http://127.0.0.1:$peer" --logger zap --log-level warn
  wait_url etcd "$etcd_url/health" '*"true"*' || return 1
  # The advertised address only fills an Endpoints object; without it a machine that has no default route
  # is refused. ServiceAccount admission needs the controllers.
  local admission=()
  ((controllers)) || admission=(--disable-admission-plugins=ServiceAccount)
  start apiserver "$bin/kube-apiserver" \
    --bind-address=127.0.0.1 --secure-port="$api_port" --advertise-address=192.0.2.10 \
    --etcd-servers="$etcd_url" --cert-dir="$dir/pki" \
    --tls-cert-file="$dir/pki/apiserver.crt" --tls-private-key-file="$dir/pki/apiserver.key" \
    --client-ca-file="$dir/pki/ca.crt" --token-auth-file="$dir/pki/tokens.csv" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$dir/pki/sa.pub" --service-account-signing-key-file="$dir/pki/sa.key" \
    --service-cluster-ip-range=10.96.0.0/16 --allow-privileged=true --authorization-mode=Node,RBAC "${admission[@]}"
  wait_url apiserver "$server/readyz" ok --cacert pki/ca.crt
}
stop_all() { "$here/down.sh" "$dir" --keep || true; }
up=0
for try in 1 2 3; do
  if start_stack; then up=1; break; fi
  echo "up.sh: try $try failed" >&2
  stop_all
done
((up)) || die "kube-apiserver did not start; logs are in $dir/log"
trap 'status=$?; ((status == 0)) || stop_all' EXIT

# -- roles ------------------------------------------------------------------------------------------

api() { # method, path, [body]; prints the status, the body goes to log/api.out
  curl -s --noproxy '*' --cacert pki/ca.crt -H "Authorization: Bearer $admin_token" \
    -H "Content-Type: ${content_type:-application/json}" -X "$1" ${3:+--data-binary "$3"} \
    -o log/api.out -w '%{http_code}' "$server$2"
}
rbac=/apis/rbac.authorization.k8s.io/v1
bind_view() { # binding, user
  local status
  status=$(api POST $rbac/clusterrolebindings "{\"apiVersion\":\"rbac.authorization.k8s.io/v1\",
    \"kind\":\"ClusterRoleBinding\",\"metadata\":{\"name\":\"$1\"},
    \"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\"view\"},
    \"subjects\":[{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"User\",\"name\":\"$2\"}]}")
  [[ $status == 201 ]] || die "binding $1: HTTP $status"
}
bind_view test-viewer viewer
bind_view test-viewer-cert viewer-cert
if ((controllers)); then
  for name in controller-manager scheduler; do
    certificate $name "/CN=system:kube-$name" clientAuth
    cat > "pki/$name.kubeconfig" <<K
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "$server", certificate-authority: $dir/pki/ca.crt}}]
users: [{name: u, user: {client-certificate: $dir/pki/$name.crt, client-key: $dir/pki/$name.key}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
K
  done
  # No kubelet renews a lease, so nodelifecycle would evict and podgc would delete everything.
  start controller-manager "$bin/kube-controller-manager" --kubeconfig="$dir/pki/controller-manager.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port="$manager_port" --port=0 --leader-elect=false \
    --use-service-account-credentials=true --controllers='*,-nodelifecycle,-podgc' \
    --service-account-private-key-file="$dir/pki/sa.key" --root-ca-file="$dir/pki/ca.crt"
  start scheduler "$bin/kube-scheduler" --kubeconfig="$dir/pki/scheduler.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port="$scheduler_port" --port=0 --leader-elect=false
  wait_url controller-manager "https://127.0.0.1:$manager_port/healthz" ok -k || die "no controller-manager"
  wait_url scheduler "https://127.0.0.1:$scheduler_port/healthz" ok -k || die "no scheduler"
  end=$((SECONDS + timeout_s))
  until [[ $(api GET /api/v1/namespaces/default/serviceaccounts/default) == 200 ]]; do
    ((SECONDS < end)) || die "namespace default has no service account after $timeout_s s"
    sleep 0.1
  done
else
  # Filling the aggregated roles is a controller's work; done once here, or "view" would allow nothing.
  for role in view edit admin; do
    api GET "$rbac/clusterroles?labelSelector=rbac.authorization.k8s.io/aggregate-to-$role%3Dtrue" > /dev/null
    rules=$(jq -c '{rules:[.items[].rules[]?]}' log/api.out)
    status=$(content_type=application/merge-patch+json api PATCH "$rbac/clusterroles/$role" "$rules")
    [[ $status == 200 ]] || die "aggregating $role: HTTP $status"
  done
fi
cat > env.part <<V
K8S_DIR=$dir
K8S_SERVER=$server
K8S_PORT=$api_port
K8S_ETCD_URL=$etcd_url
K8S_WITH_CONTROLLERS=$controllers
K8S_CA=$dir/pki/ca.crt
K8S_OTHER_CA=$dir/pki/other-ca.crt
K8S_ADMIN_CERT=$dir/pki/admin.crt
K8S_ADMIN_KEY=$dir/pki/admin.key
K8S_VIEWER_CERT=$dir/pki/viewer.crt
K8S_VIEWER_KEY=$dir/pki/viewer.key
K8S_ADMIN_TOKEN=$admin_token
K8S_VIEWER_TOKEN=$viewer_token
K8S_NOBODY_TOKEN=$nobody_token
K8S_BAD_TOKEN=$bad_token
K8S_PID_ETCD=$(cat pid/etcd)
K8S_PID_APISERVER=$(cat pid/apiserver)
V
mv env.part env
echo "$dir/env"
