#pragma once

#include <string_view>

// Sorted; one space or line break between two words. Names of products, companies and persons do
// not belong here.
namespace kubesage::solutions {

inline constexpr std::string_view common_words = R"(
a able about absent accept accepted accepts access according account accounts across active
actually ad adapter add added adding addr address addresses adequate admin administrator admission
admissionregistration affected affinity after again age agree algorithm all all-containers
all-namespaces allocatable allocate allocated allocation allow allowed allows alpha alphanumeric
already also although always amd among amount amounts an and anew annotation annotations annually
another answer answered answers any anybody anyway apart api api-resources api-server apparently
appears application applications applies apply approve approved apps are arg args argument
arguments arm array arrive arrives as ask asks assign assigned assignment assume assumed assuming
async at attach attachable attached attempt attempting attempts attention auth authenticated authn
authorities authority authorization authorizer authz auto auto-mount automatically automount
autoscale autoscaler autoscaling availability available avoid avoided avoids aware away aws azure
b back back-off backend backing backoff backup bad balance balancer balancers barely base based
basic batch be became because become becomes becoming been before begins behaved behaves behaving
behavior behaviour behind being believe belong below best besteffort bestfit beta better between
beyond bigger bin binary bind binding binds bit blkio block blocks bootstrap bootstrapping both
bound boundaries box breaking breaks bridge brief bring brings broad broader broke broken browsers
budget budgets buffer bug bugs build builds built built-in bundle burden burst burstable busy but
by bytes c ca ca-certificates cache cached calculate calico call calling calls came camel can
can-i cancel cancelled cannot capabilities capability capacity careful carefully carry cascade
case cased catch cause caused causes causing ceph cert cert-manager certain certainly certificate
certificates certified cgroup cgroupfs chain change changed changes changing characters check
checking checks chmod choose chooses chosen chown chunk chunk-size cidr cidrs cinder circumstances
claim claims class classes clean cleaned cleanup clear clearly client client-side clients clock
clocks close closed closely closer cloud cloud-provider cluster cluster-admin cluster-info
cluster-ip cluster-wide clusterrolebindings clusterroles cmd cni co code collected column com come
comes coming command commands commit common communicate communication compare compared compatible
complain complete completed completes completion complex component components compute computes
concern concerned conclude concrete concurrency concurrent condition conditions conf config
configmap configmaps configuration configure confirm conflict conflicting conflicts connect
connected connecting connection connections connects consider considered consist consistent
constraint constraints consume consumed consumer consumes consuming contact contain contained
container container-runtime containerd containers containing contains content context continue
continues control control-plane controlled controller controls convenient convert copy cordon
cordoned coredns correct corrected corrections correctly corresponding corrupt corrupted cost
costs could couldn count counts covered covers cpu crash crashes crd crds create created creates
creating creation credential credentials cri crio critical cron cronjob cronjobs cross
cross-namespace crt csi csr curl current current-replicas currently custom customresource cut-off
d daemon daemonset daemonsets daily data date day days db de dead-lock deadline deadlock deal
death debug decide decided declare declares decrease dedicated deeper default defaults defined
defines degrade degraded delay delete deleted deletion deliver demand demanded demands denied deny
depend dependencies dependency depends deploy deployed deploying deployment deployments deprecated
deprecation describe described describes describing description deserve desired despite detach
detail detailed details detect detected determine dev diagnose dial did didn difference different
differently differs difficult digest dir directly directory disable disabled disabling disappears
discard disconnect discover discovered discovery disk disruption disruptions dns do docker
dockercfg dockerconfigjson dockerd dockerhub does doesn doing domain domains don done double doubt
down download downloading downward drain drained driven driver dropped dry-run due duplicate
duplicated duration during dynamically e eacces each eagain earlier early easily easy ebs edge
edit effect effective effectively effort efs either eligible else elsewhere email empty emptydir
en enable enabled encoded end end-of-life ended endpoint endpoints endpointslice endpointslices
ends enforce enforced enforcement enlarge enlarges enoent enospc enough ensure ensured ensures
ensuring entire entirely entries entry entry-point entrypoint env env-from environment
environments eof eperm ephemeral ephemeral-storage equal equally equivalent err errant error
errored errors escalation especially essentially established estimate etc eth evaluate even event
events ever every everybody everything evicted evicting eviction evictions evicts evident exact
exactly examine example exceed exceeded exceeding exceeds except exception exceptional excess
exclude excluded exec executable execute executed executing execution executions exhausted
exhaustion exist existing exists exit exiting exits exp expand expansion expectation expected
expects expiration expired expires expiring expiry explains explicit explicitly exponential
exposed exposes exposing express expressions ext extend extended extent external externalname
extra f facilitate facing facto facts fail failed failedmount failedscheduling failing failover
fails failure fairly falls false familiar far fast faster fatal fault faults feature features
feels fetch fetching few fewer fewest field field-selector fields figures file files filesystem
fill fills filter final finalizer finalizers finally find finding finds fine finished first
first-consumer fit fits fitting five fixed fixes fixing flag flagged flags flannel flap flapping
flocker flow focus follow followed following for forbidden forbids force forced forget forgot
forgotten form format formatting forwarded found fraction fragment free frees frequent frequently
fresh friendly from front fs fs-group fsgroup fstype full fully function further fuse future g
gain garbage gate gated gates gave gc gce general generally generate generated generation generous
get gets getting gib gid git give given gives gke global glusterfs go goal goes going gone good
got governs gpu gpus grace grace-period graceful gracefully gradually grained grant granted grants
greater group group-id grow growing grown grows grpc guarantee guaranteed guess guid guidance h
had hadn half halt hand handed handle handled handler handlers handling hang hangs happen happened
happening happens hard hardly has hash have haven hdd header headless health health-check healthy
heap heard heartbeat heavily heavy helm help helpful helps hence here hidden high
high-availability high-level higher highest hint hints history hit hits hitting hoc hold holding
holds home hook hooks hope horizontal horizontalpodautoscalers host host-network host-path hosting
hostipc hostname hostnames hostpath hostpid hosts hour hourly how however hpa http https hugepages
human human-readable hungry i idea ideally identical identified identify identity idle ids if
ignore ignore-not-found ignored ignores ignoring image image-pull images immediate immediately
immutable impact implement implementations implemented implements implies imply important impose
imposed improve in in-use inactive include included includes including incompatible incomplete
incorrect incorrectly increase increased increases increasing indeed indefinitely index indicate
indicates indicating individual info inform information ingress ingressclass ingressclasses
ingresses inherit init init-container init-containers initial initialdelayseconds initialize
initialized initializing inject injector injects inode inodes input insecure insensitive insert
inside inspect inspected inspecting install installed instance instances instead instruct
instruction instructions insufficient integer intend intended intensive interface interfaces
intermittent internal interrupt interrupted interval into introduce invalid invalidate investigate
invoke involve involved involves io ip ipam ipc iptables ipv irrespective is is-default-class isn
isolate isolated isolation issue issued issuer issues it item items iteration its itself java job
jobs join json judge judged jvm k keep keepalive keeping keeps kept kernel key keys kib kill
killed killing kind kinds know known knows kube kube-apiserver kube-dns kube-node-lease kube-proxy
kube-public kube-root-ca kube-scheduler kube-system kubeadm kubeconfig kubectl kubelet kubelets
kubernetes l label label-columns labels lacking lacks landed language large larger largest last
last-applied-configuration lasting lastly late latency later latest launch layer layers lb lead
leader leader-election leading leads leaf leak leaking leaks learn least leave leaves led left
legacy legitimate length less lessen let lets letting level lib lies life life-cycle lifecycle
lifetime lifts light like likely limit limit-bytes limited limiting limitrange limitranges limits
line lines linux list listed listening listens lists literally little live liveness ll lo load
load-balancer loadbalancer loaded loading loads local localhost locally locate located lock locked
log logged logging logic login logs long long-running longer look looked looking looks lookup loop
loops loosen loses lost lots low lower lowering lowers machine machines made magnitude mainly
maintain maintained maintenance major make makes making manage managed manager manages managing
manifest manifests manual manually many map maps mark marks mask masked match matches matching max
max-surge max-unavailable maximum may meaning means meant meantime measure measured measures
mechanism medium meet meets member members memlock memory mend mended mends merely merge mesh
message met metadata metal metallb method metric metrics metrics-server mib midnight might migrate
migrated migrating migration milli millicores min minikube minimal minimum minor minute minutes
mis misconfiguration misconfigured mismatch missed misses missing misspelled misspelling mistake
mistyped mitigate mixed mkdir mode moderate modes modification modified modify module moment
momentarily monitor monitoring month monthly months more moreover most mostly mount mount-point
mounted mounting mountpath mountpoint mounts move moved moves moving much multi multi-attach
multiattach multiple must mutate mutating mutatingwebhookconfigurations n name name-server named
namely names namespace namespaced naming narrow naturally near nearby nearly necessarily necessary
need needed needing needlessly needs negative neighbour neither nested nets network networking
networkpolicies networkpolicy never new newer newest newly next nfs nine no no-execute no-headers
no-schedule nobody node node-port node-role node-selector nodename nodeport nodes nodeselector non
non-existent non-root non-zero none nor normal normally not not-found not-ready notably note noted
nothing notice noting notready now nowhere nslookup ntp null number numbers nvme o object objects
observations observe observed obtain obvious obviously occasion occasionally occur occurred
occurring occurs oci of off offending offer offered offline often ok old older omit omitted on
on-failure once one one-off ones online only oom oomkilled opaque open opening opens openstack
operating operation operations operator operators opposite opt optional options or order ordinary
org original originally originated orphan orphaned other others otherwise ours out out-of-date
out-of-disk out-of-memory out-of-service outage outdated output output-watch-events outside over
over-commit overall overcommit overcommitted overdue overload overloaded overlong overlook
override overrides oversized overview own owned owner owners owns p package page paid pair pairs
panic param parameter parameters parent parse parsing part partial partially particular
particularly pass passed passes passing password passwords patch path paths pattern pause paused
pays pd pdb peak pem pending people per percent percentage perform performance performed performs
period periodic permanent permanently permission permissions permit permits permitted persist
persistent persistentvolumeclaims persistentvolumes persists phase pi picked picks pid pids ping
place placed placement places plan plane planned platform playing please pleased plenty plugin
plugins pod pod-template-hash poddisruptionbudget poddisruptionbudgets pods podscheduled
podsecurity pointed pointing points policies policy poll pool poorly popular populate port ports
portworx position possibility possible possibly post post-start potential potentially practical
practice pre pre-empt pre-existing pre-stop precise precisely precondition predicate preempt
preempting preemption preemptive prefer prefer-no-schedule preference preferred prefers prefix
premature prematurely prepare prepared preparing presence present presented presently preserve
pressing pressure prevent prevented prevents previous previously primary principal print printed
printing prior priorities priority priority-class priorityclass priorityclasses private privilege
privileged probable probably probe prober problem problems proc proceed process processed
processes processor produce produced produces producing product production program programmatic
programs progress progressing projected prometheus promise prompt promptly proof propagate proper
properly properties property proportion protect protected protects prove provide provided provider
provides provisioned provisioner provisioning proxy prune publish published pull pull-secret
pulled pulling pulls purpose push pushed put puts pv pvc quantities quantity quarter query queue
queued quick quickly quit quite quobyte quota quotas raise raised raising ran rancher random range
rarely rate rates rather raw rbac rbd re re-create re-run reach reachable reached reaches reaching
react read read-only read-write read-write-many read-write-once readable readily readiness reading
readme readonly reads readwrite ready ready-to-use real realistic reason reasonable reasons
rebuild receive received receives receiving recent recently recheck reclaim reclaimed recognise
recognize recommend recommendation recommended reconcile reconciled reconciling reconnect record
recorded records recover recovered recovers recovery recreate recreated recreates recreating
recurring recursive redeploy redeployed redirect reduce reduced reduces reducing ref refer
reference referenced references referencing refers refresh refuse refused refuses regain regarding
region registered registries registry regular regularly reject rejected rejecting rejects related
relative relax release released releases relevant reliable relied relies relieve reload rely
remain remaining remains remediate remediation remember remote removal remove removed removes
removing rename renew renewed repair repeat repeated repeatedly repeating replace replaced
replacement replaces replacing replica replicas replicaset replicasets replicationcontroller
replicationcontrollers reply repo report reported reporting reports repositories repository
represent represents request request-timeout requested requesting requests requeue required
requirement requirements requiring rerun rescheduled rescheduling reserve reserved reset resides
resize resizing resolution resolve resolved resolver resolves resolving resource resource-version
resourcequotas resources respect respective respond responding responds response responsible
restart restarted restarting restarts restore restoring restrict restricted restriction result
resulting results resume resumed retain retried retries retry retrying return returned returning
returns reveal reveals reverse revert review revision revisit rewrite right rights rise rises
rising risk role role-binding rolebindings roles roll roll-back rollback rollbacks rolled rolling
rolling-update rollout rollouts rolls room roomy root root-owned rootfs rotate rotated rotation
roughly route routine row rpc rule rules run run-as-non-root run-as-user runc running runs runtime
runtime-class runtimeclass s safe safely safer safest said same sample sand sandbox satisfied
satisfy saturated save saving saw say says scalable scale scale-down scale-up scaled scaleio
scales scaling scan scenario schedulability schedule scheduled scheduler scheduling schema scope
scoped script sctp sda search seccomp second seconds secret secrets section secure security
security-context see seeing seem seems seen sees segfault segmentation select selected selecting
selector selectors selects self self-signed send sending sends sensible sensitive sent separate
separately sequence serialized series serious serve served server server-side servers serves
service service-account service-name serviceaccount serviceaccounts services serving set setting
settle settles setup several severe severely severity share shared sharing sheds shell shift ship
short short-lived shorten shorter shortly shot should show show-events show-kind show-labels shown
shows shrink shut shutdown shutting sick side side-car sidecar sidecars sigkill signal signals
signature significantly signs sigsegv sigterm silently similar similarly simple simplest simply
since since-time single site situation size sized sizes sizing skew skip skipped slice slightly
slot slow slower slowly smaller smoothly snapshot snapshots so sock socket sockets software solely
solid solution solutions solve solved some somebody something sometimes somewhere soon sort
sort-by sorted sound source sources spec special specific specification specifications specified
specifies specify speed spends spike spikes split spot spread ssd stability stable stage stale
stand standalone standard standing stands start start-up started starting starts startup
startupprobe stat state stated stateful stateful-set statefulset statefulsets statement statically
status statuscode statuses stay stayed stays stderr stdout steady stem stems step steps sticky
still stolen stop stopped stopping storage storage-class storageclass storageclasses storageos
store stored storm straight strategies strategy stream strict string stringent strongly structure
stuck style sub sub-path subject subjects submit subnet subpath subresource subresources
subsequent subsets substitute succeed succeeded succeeding succeeds success successfully such
suddenly sufficient suggest suggested suggests suitable suited sum summary supplied supply support
supported supporting supposed sure surely surge surrounding suspect suspected suspects suspend
suspended svc swap switch symlink symptom sync synced syncing syntax sys sysctl sysctls system
systemd t tables tag tagged tail taint tainted taints take taken takes taking target targeted
targets tcp tcpsocket team tear-down tells template templates temporarily temporary tenant tends
tenths term terminal terminate terminated terminating termination terms test tested testing tests
text than thanks that the their them themselves then there thereby therefore these they thing
things think third this thorough thoroughly those though thought thread threads threshold
thresholds throttle throttled throttling through throughout thus tied tight time time-out
time-outs time-to-live timed timeout timeouts timeoutseconds times timestamp timing tiny tls tmp
tmpfs to to-revision today together token tokens tolerable tolerate tolerated toleration
tolerations too took tool tools top top-level topic topology total touched touching toward towards
trace track tracking trade trades traffic transfer transient transition transport treat treated
tries trigger triggered triggers trim trouble-shoot troubleshoot true truly truncated trust
trusted trusts try trying tune tuned tuning tuple turn turning turns twice two type type-check
typed types typical typically typo tz udp uid uint ultimately un-ready unable unaffected
unauthenticated unauthorized unavailable unaware unbind unbound uncommon uncordon uncover
undefined under underlying underneath undersized understand understood undo unexpected
unexpectedly unfinished unhandled unhealthy unhelpful uninstall unique unit unit-test units unix
unjudged unknown unless unlike unlikely unmount unmountable unmounted unnecessary unpack
unreachable unreadable unready unrelated unresolved unresponsive unsatisfiable unschedulable unset
unspecified unstable unsuccessful unsupported untagged until untolerated untouched unused unusual
up up-to-date upcoming update updated updates updating upgrade upgrades upload upper upstream url
usable usage use use-case used useful user user-id userns users uses using usr usual usually utc
utf utilization valid validate validated validates validating validatingwebhookconfigurations
validation validity valuable value values var variable variables variety various vary ve vendor
verb verbs verified verifies verify verifying version versioned versions very via victim victims
view virtual visible visit void vol volume volume-mount volumebinding volumemount volumemounts
volumes vsphere wait waited waiting waits wal want wanted wants warn warned warning warnings was
wasn wasted watch watched watches watching way ways weak web webhook webhooks week weekly well
well-known were weren what whatever when whenever where whereas wherever whether which whichever
while who whoever whole whose why wide widely wiki wikipedia wildcard will willing window windows
wise wish wishes with withdraw withdrawn within without won word wording words workaround worked
worker workers workflow working working-directory workload works world worse worst worth would
wouldn writable write write-protected writers writing written wrong wrongly wrote x xfs yaml
yearly yes yet you your zero zone zones
)";

} // namespace kubesage::solutions
