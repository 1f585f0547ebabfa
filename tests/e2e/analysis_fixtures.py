"""For each rule of the analysis: how to break an object of a real cluster so that the rule speaks, and how to mend it.

A fixture has a namespace of its own, named after the rule, and looks at an object there, or at one without a namespace
that has the rule's name. There is no kubelet, so that what a kubelet would report is patched into the status; the
controllers are real, so that what they look after is brought about instead. What the API server refuses today but
keeps from earlier times is written into etcd.
"""
import base64
import dataclasses

from analysis_cluster import path_of
from harness import wait_until
from healthy_objects import (CLASS, LABELS, NODE, SELECTOR, certificate, container, container_state, make_node, make_pod, make_ready,
                             make_service, node_info, now, pod_spec, pod_status, renew, template, tls_secret, workload)

# Rules that this release of Kubernetes gives no way to break.
IMPOSSIBLE = {"job-suspended": "Kubernetes 1.20 has no Job.spec.suspend"}


@dataclasses.dataclass
class Fixture:
    rule: str
    kind: str  # Of the object that the finding is about.
    breaks: object  # Called with the cluster and the namespace.
    mends: object
    name: str = "web"
    is_namespaced: bool = True
    phase: str = "together"  # Or the phase of its own, where it would break others.


FIXTURES = []


def add(rule, kind, breaks, mends, **more):
    FIXTURES.append(Fixture(rule, kind, breaks, mends, **more))


def add_for_cluster(rule, kind, breaks, mends, **more):
    add(rule, kind, breaks, mends, name=more.pop("name", rule), is_namespaced=False, **more)


def add_status(rule, status, **spec):
    """A pod whose status says what is wrong."""
    add(rule, "Pod", lambda c, ns: make_pod(c, ns, status, **spec), lambda c, ns: c.status("Pod", ns, "web", pod_status()))


def waiting(reason, **more):
    return pod_status(containers=[container_state(False, waiting={"reason": reason, "message": "m"}, **more)], is_ready=False)


def terminated(reason, code):
    return {"terminated": {"reason": reason, "exitCode": code, "startedAt": now(), "finishedAt": now()}}


def bind(c, ns):
    c.call("POST", path_of("Pod", ns, "web") + "/binding",
           {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "web"}, "target": {"kind": "Node", "name": NODE}})
    c.status("Pod", ns, "web", pod_status())


def warn(c, ns, reason, name="web"):
    uid = c.get("Pod", ns, name)["metadata"]["uid"]
    c.create("Event", ns, "warning", type="Warning", reason=reason, message="m", count=3, firstTimestamp=now(), lastTimestamp=now(),
             involvedObject={"kind": "Pod", "namespace": ns, "name": name, "uid": uid, "apiVersion": "v1"})


def stick(c, ns):
    make_pod(c, ns, pod_status("Pending", [container_state(False, waiting={"reason": "ContainerCreating"})], False))
    warn(c, ns, "FailedMount")


add("pod-unschedulable", "Pod",
    lambda c, ns: c.create("Pod", ns, "web", spec=pod_spec(nodeName=None, nodeSelector={"no": "where"})), bind)
add_status("pod-scheduling-gated", {"phase": "Pending", "conditions": [
    {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "message": "m"}]})
add_status("pod-failed", pod_status("Failed", reason="X", is_ready=False))
add_status("pod-evicted", pod_status("Failed", reason="Evicted", message="m", is_ready=False))
add_status("pod-phase-unknown", pod_status("Unknown", is_ready=False))
add_status("pod-not-ready", pod_status(is_ready=False))
add("pod-stuck-terminating", "Pod", lambda c, ns: (make_pod(c, ns), c.delete("Pod", ns, "web", grace=1)),
    lambda c, ns: c.delete("Pod", ns, "web"))
add_status("pod-crash-loop", waiting("CrashLoopBackOff", restarts=3, last=terminated("Error", 1)))
add_status("pod-image-pull", waiting("ImagePullBackOff"))
add_status("pod-container-create", waiting("CreateContainerConfigError"))
add("pod-stuck-creating", "Pod", stick, lambda c, ns: c.status("Pod", ns, "web", pod_status()))
add_status("pod-oom-killed", pod_status(containers=[container_state(last=terminated("OOMKilled", 137))]))
add_status("pod-exit-code", pod_status(containers=[container_state(False, **terminated("Error", 2))], is_ready=False))
add_status("pod-restarts", pod_status(containers=[container_state(restarts=9)]))
add_status("pod-container-not-ready", pod_status(containers=[container_state(False)], is_ready=False))


def volume(**source):
    return {"volumes": [{"name": "v", **source}]}


def claim_spec(mode="ReadWriteOnce", **more):
    return {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}, **more}


def lose_account(c, ns):
    c.create("ServiceAccount", ns, "gone")
    make_pod(c, ns, serviceAccountName="gone")
    c.delete("ServiceAccount", ns, "gone")


add("pod-missing-secret", "Pod", lambda c, ns: make_pod(c, ns, **volume(secret={"secretName": "gone"})),
    lambda c, ns: c.create("Secret", ns, "gone", stringData={"a": "b"}))
add("pod-missing-pull-secret", "Pod", lambda c, ns: make_pod(c, ns, imagePullSecrets=[{"name": "gone"}]),
    lambda c, ns: c.create("Secret", ns, "gone", stringData={"a": "b"}))
add("pod-missing-configmap", "Pod", lambda c, ns: make_pod(c, ns, **volume(configMap={"name": "gone"})),
    lambda c, ns: c.create("ConfigMap", ns, "gone", data={"a": "b"}))
add("pod-missing-claim", "Pod", lambda c, ns: make_pod(c, ns, **volume(persistentVolumeClaim={"claimName": "gone"})),
    lambda c, ns: c.create("PersistentVolumeClaim", ns, "gone", spec=claim_spec(storageClassName="")))
add("pod-missing-service-account", "Pod", lose_account, lambda c, ns: c.create("ServiceAccount", ns, "gone"))


def add_lint(rule, containers=None, **spec):
    """A pod whose specification is not good: it cannot be patched, so that a better one takes its place."""
    add(rule, "Pod", lambda c, ns: make_pod(c, ns, containers=containers, **spec),
        lambda c, ns: (c.delete("Pod", ns, "web"), make_pod(c, ns)))


add_lint("pod-image-tag", [container(image="registry.example/app")])
add_lint("pod-no-requests", [container(resources={"limits": {"ephemeral-storage": "1Gi"}})])
add_lint("pod-no-limits", [container(resources={"requests": {"cpu": "1m", "memory": "1Mi"}})])
add_lint("pod-no-liveness-probe", [container(livenessProbe=None)])
add_lint("pod-no-readiness-probe", [container(readinessProbe=None)])
add_lint("pod-privileged", [container(securityContext={"privileged": True})])
add_lint("pod-host-path", **volume(hostPath={"path": "/data"}))
add_lint("pod-host-network", [container(ports=[])], hostNetwork=True)
add_lint("pod-runs-as-root", [container(securityContext=None)])
add_lint("pod-default-token", automountServiceAccountToken=True)


def forbid_pods(c, ns):
    c.create("ResourceQuota", ns, "none", spec={"hard": {"pods": "0"}})


def scale(kind, replicas):
    return lambda c, ns: c.patch(kind, ns, "web", {"spec": {"replicas": replicas}})


add("deployment-unavailable", "Deployment", lambda c, ns: c.create("Deployment", ns, "web", spec=workload()), make_ready)
add("deployment-not-progressing", "Deployment",
    lambda c, ns: c.create("Deployment", ns, "web", spec=workload(progressDeadlineSeconds=1)), make_ready)
add("deployment-replica-failure", "Deployment",
    lambda c, ns: (forbid_pods(c, ns), c.create("Deployment", ns, "web", spec=workload())), scale("Deployment", 0))
add("deployment-paused", "Deployment", lambda c, ns: c.create("Deployment", ns, "web", spec=workload(0, paused=True)),
    lambda c, ns: c.patch("Deployment", ns, "web", {"spec": {"paused": False}}))
add("replicaset-create-failed", "ReplicaSet",
    lambda c, ns: (forbid_pods(c, ns), c.create("ReplicaSet", ns, "web", spec=workload())), scale("ReplicaSet", 0))
add("statefulset-not-ready", "StatefulSet",
    lambda c, ns: (make_service(c, ns), c.create("StatefulSet", ns, "web", spec=workload(serviceName="web"))), make_ready)
add("statefulset-missing-service", "StatefulSet",
    lambda c, ns: c.create("StatefulSet", ns, "web", spec=workload(0, serviceName="web")), make_service)
add("statefulset-missing-class", "StatefulSet", lambda c, ns: c.create("StatefulSet", ns, "web", spec=workload(
    0, serviceName="web", volumeClaimTemplates=[{"metadata": {"name": "d"}, "spec": claim_spec(storageClassName=ns)}])),
    lambda c, ns: c.create("StorageClass", "", ns, provisioner="example.com/none"))


def daemon_set(**spec):
    return {"selector": SELECTOR, "template": template(LABELS, nodeName=None, **spec)}


add("daemonset-not-ready", "DaemonSet",
    lambda c, ns: c.create("DaemonSet", ns, "web", spec=daemon_set(nodeSelector={"analysis": NODE})),
    lambda c, ns: c.patch("DaemonSet", ns, "web", {"spec": {"template": {"spec": {"nodeSelector": {"analysis": "nowhere"}}}}}))
add("daemonset-missing-pull-secret", "DaemonSet", lambda c, ns: c.create("DaemonSet", ns, "web", spec=daemon_set(
    nodeSelector={"analysis": "nowhere"}, imagePullSecrets=[{"name": "gone"}])),
    lambda c, ns: c.create("Secret", ns, "gone", stringData={"a": "b"}))


def job(**spec):
    return {"template": {"spec": {**pod_spec(), "restartPolicy": "Never"}}, **spec}


def fail_job(c, ns):
    c.create("Job", ns, "web", spec=job(parallelism=0))
    c.status("Job", ns, "web", {"conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]})


def fail_pod_of_job(c, ns):
    c.create("Job", ns, "web", spec=job())
    c.status("Pod", ns, wait_until("a pod of the job", lambda: c.pods(ns))[0], pod_status("Failed", is_ready=False))


def cron_job(**spec):
    return {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": job()}, **spec}


def patch_cron_job(**spec):
    return lambda c, ns: c.patch("CronJob", ns, "web", {"spec": spec})


def miss_times(c, ns):
    c.create("CronJob", ns, "web", spec=cron_job(startingDeadlineSeconds=1))
    c.status("CronJob", ns, "web", {"lastScheduleTime": "2020-01-01T00:00:00Z"})


add("job-failed", "Job", fail_job, lambda c, ns: c.status("Job", ns, "web", {"conditions": None}))
add("job-failing", "Job", fail_pod_of_job, lambda c, ns: c.delete("Job", ns, "web"))
add("cronjob-suspended", "CronJob", lambda c, ns: c.create("CronJob", ns, "web", spec=cron_job(suspend=True)), patch_cron_job(suspend=False))
add("cronjob-schedule", "CronJob", lambda c, ns: c.store("CronJob", ns, "web", spec=cron_job(schedule="at noon")),
    patch_cron_job(schedule="0 12 * * *"))
add("cronjob-starting-deadline", "CronJob", lambda c, ns: c.store("CronJob", ns, "web", spec=cron_job(startingDeadlineSeconds=-5)),
    patch_cron_job(startingDeadlineSeconds=None))
add("cronjob-overdue", "CronJob", miss_times, lambda c, ns: c.status("CronJob", ns, "web", {"lastScheduleTime": now()}))


def unready_service(c, ns):
    make_service(c, ns, selector=LABELS)
    make_pod(c, ns, pod_status(containers=[container_state(False)], is_ready=False))


add("service-no-endpoints", "Service", lambda c, ns: make_service(c, ns, selector=LABELS), make_pod)
add("service-unready-endpoints", "Service", unready_service, make_ready)
add("service-selects-nothing", "Service", lambda c, ns: make_service(c, ns, selector=LABELS), make_pod)
add("service-target-port", "Service",
    lambda c, ns: (make_pod(c, ns), make_service(c, ns, selector=LABELS, ports=[{"port": 80, "targetPort": 9999}])),
    lambda c, ns: c.patch("Service", ns, "web", {"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}))
add("service-no-address", "Service", lambda c, ns: make_service(c, ns, type="LoadBalancer"),
    lambda c, ns: c.status("Service", ns, "web", {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}))


def backend(port=80):
    return {"service": {"name": "web", "port": {"number": port}}}


def make_ingress(c, ns, **spec):
    c.create("Ingress", ns, "web", spec={"ingressClassName": CLASS, "defaultBackend": backend(), **spec})


def patch_ingress(**spec):
    return lambda c, ns: c.patch("Ingress", ns, "web", {"spec": spec})


def ingress_before_service(c, ns, **spec):
    make_service(c, ns)
    make_ingress(c, ns, **spec)


TLS = [{"secretName": "web", "hosts": ["a.example"]}]
add("ingress-no-class", "Ingress", lambda c, ns: ingress_before_service(c, ns, ingressClassName=None), patch_ingress(ingressClassName=CLASS))
add("ingress-missing-class", "Ingress", lambda c, ns: ingress_before_service(c, ns, ingressClassName="gone"),
    patch_ingress(ingressClassName=CLASS))
add("ingress-missing-backend", "Ingress", make_ingress, make_service)
add("ingress-backend-port", "Ingress", lambda c, ns: ingress_before_service(c, ns, defaultBackend=backend(81)),
    patch_ingress(defaultBackend=backend()))
add("ingress-missing-tls-secret", "Ingress", lambda c, ns: ingress_before_service(c, ns, tls=TLS), tls_secret)
add("ingress-no-rules", "Ingress", lambda c, ns: c.store("Ingress", ns, "web", spec={"ingressClassName": CLASS}),
    patch_ingress(defaultBackend=backend()))
add("ingress-no-tls", "Ingress", lambda c, ns: (tls_secret(c, ns), ingress_before_service(c, ns)), patch_ingress(tls=TLS))

LARGE = "x" * ((1 << 20) + 1)
USED = {"volumes": [{"name": "s", "secret": {"secretName": "web", "optional": True}},
                    {"name": "c", "configMap": {"name": "web", "optional": True}}]}
add("secret-certificate-expired", "Secret", lambda c, ns: tls_secret(c, ns, -3), renew)
add("secret-certificate-expiring", "Secret", lambda c, ns: tls_secret(c, ns, 10), renew)
add("secret-certificate-unreadable", "Secret",
    lambda c, ns: c.create("Secret", ns, "web", type="kubernetes.io/tls", stringData={"tls.crt": "no", "tls.key": "no"}), renew)
add("secret-key-mismatch", "Secret", lambda c, ns: tls_secret(c, ns, 300, key_of=(300, "b")), renew)
add("secret-missing-key", "Secret",
    lambda c, ns: c.store("Secret", ns, "web", type="kubernetes.io/tls", data={"tls.crt": certificate(300)[0]}), renew)
add("secret-empty", "Secret", lambda c, ns: c.create("Secret", ns, "web"),
    lambda c, ns: c.patch("Secret", ns, "web", {"stringData": {"a": "b"}}))
add("secret-large", "Secret",
    lambda c, ns: c.store("Secret", ns, "web", type="Opaque", data={"a": base64.b64encode(LARGE.encode()).decode()}),
    lambda c, ns: c.patch("Secret", ns, "web", {"data": {"a": "Yg=="}}))
add("secret-unused", "Secret", lambda c, ns: c.create("Secret", ns, "web", stringData={"a": "b"}), lambda c, ns: make_pod(c, ns, **USED))
add("configmap-unused", "ConfigMap", lambda c, ns: c.create("ConfigMap", ns, "web", data={"a": "b"}), lambda c, ns: make_pod(c, ns, **USED))
add("configmap-empty", "ConfigMap", lambda c, ns: c.create("ConfigMap", ns, "web"),
    lambda c, ns: c.patch("ConfigMap", ns, "web", {"data": {"a": "b"}}))
add("configmap-large", "ConfigMap", lambda c, ns: c.store("ConfigMap", ns, "web", data={"a": LARGE}),
    lambda c, ns: c.patch("ConfigMap", ns, "web", {"data": {"a": "b"}}))

DEFAULT = "storageclass.kubernetes.io/is-default-class"


def make_class(c, name, provisioner="example.com/none", is_default=False):
    c.create("StorageClass", "", name, provisioner=provisioner, meta={"annotations": {DEFAULT: "true"}} if is_default else {})


def set_default(c, name, value):
    c.patch("StorageClass", "", name, {"metadata": {"annotations": {DEFAULT: value}}})


def delete_classes(c):
    for item in c.call("GET", path_of("StorageClass", ""))["items"]:
        c.delete("StorageClass", "", item["metadata"]["name"])


def two_defaults(c, ns):
    make_class(c, ns, is_default=True)
    make_class(c, ns + "-2", is_default=True)


add_for_cluster("storageclass-many-defaults", "StorageClass", two_defaults, lambda c, ns: set_default(c, ns + "-2", "false"))
add_for_cluster("storageclass-deprecated", "StorageClass", lambda c, ns: make_class(c, ns, "kubernetes.io/aws-ebs"),
                lambda c, ns: (c.delete("StorageClass", "", ns), make_class(c, ns)))
add_for_cluster("storageclass-no-default", "StorageClass", lambda c, ns: (delete_classes(c), make_class(c, ns)),
                lambda c, ns: set_default(c, ns, "true"), name="(none)", phase="no default class")
add_for_cluster("storageclass-none", "StorageClass", lambda c, ns: (
    delete_classes(c), c.create("PersistentVolumeClaim", ns, "web", spec=claim_spec())),
    lambda c, ns: make_class(c, ns, is_default=True), name="(none)", phase="no class")


def make_volume(c, name, **spec):
    c.create("PersistentVolume", "", name, spec={
        "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/data"},
        "persistentVolumeReclaimPolicy": "Retain", **spec})


def lose_volume(c, ns):
    c.create("PersistentVolumeClaim", ns, "web", meta={"annotations": {"pv.kubernetes.io/bind-completed": "yes"}},
             spec=claim_spec(volumeName=ns, storageClassName=""))


def find_volume(c, ns):
    uid = c.get("PersistentVolumeClaim", ns, "web")["metadata"]["uid"]
    make_volume(c, ns, claimRef={"namespace": ns, "name": "web", "uid": uid})


GONE_CLAIM = {"namespace": "default", "name": "gone", "uid": "00000000-0000-4000-8000-000000000000"}
add("pvc-pending", "PersistentVolumeClaim",
    lambda c, ns: c.create("PersistentVolumeClaim", ns, "web", spec=claim_spec(storageClassName=ns)),
    lambda c, ns: make_volume(c, ns, storageClassName=ns))
add("pvc-lost", "PersistentVolumeClaim", lose_volume, find_volume)
add("pvc-many-writers", "PersistentVolumeClaim", lambda c, ns: (
    make_class(c, ns, "ebs.csi.aws.com"),
    c.create("PersistentVolumeClaim", ns, "web", spec=claim_spec("ReadWriteMany", storageClassName=ns))),
    lambda c, ns: c.delete("PersistentVolumeClaim", ns, "web"))
add_for_cluster("pv-failed", "PersistentVolume",
                lambda c, ns: make_volume(c, ns, claimRef=GONE_CLAIM, persistentVolumeReclaimPolicy="Delete"),
                lambda c, ns: c.delete("PersistentVolume", "", ns))
add_for_cluster("pv-released", "PersistentVolume", lambda c, ns: make_volume(c, ns, claimRef=GONE_CLAIM),
                lambda c, ns: c.patch("PersistentVolume", "", ns, {"spec": {"claimRef": None}}))

READY = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
add_for_cluster("node-not-ready", "Node", lambda c, ns: make_node(c, ns, [{**READY, "status": "False", "reason": "X"}]),
                lambda c, ns: c.status("Node", "", ns, {"conditions": [READY]}))
add_for_cluster("node-pressure", "Node", lambda c, ns: make_node(c, ns, [READY, {"type": "DiskPressure", "status": "True", "reason": "X"}]),
                lambda c, ns: c.status("Node", "", ns, {"conditions": [READY, {"type": "DiskPressure", "status": "False", "reason": "X"}]}))
add_for_cluster("node-cordoned", "Node", lambda c, ns: (make_node(c, ns), c.patch("Node", "", ns, {"spec": {"unschedulable": True}})),
                lambda c, ns: c.patch("Node", "", ns, {"spec": {"unschedulable": None}}))
add_for_cluster("node-kubelet-old", "Node", lambda c, ns: make_node(c, ns, version="v1.15.3"),
                lambda c, ns: c.status("Node", "", ns, {"nodeInfo": node_info("v1.20.2")}))


def autoscaler(kind="Deployment", least=1, most=9):
    return {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": "web"}, "minReplicas": least, "maxReplicas": most,
            "targetCPUUtilizationPercentage": 50}


def make_autoscaler(c, ns, replicas=None, containers=None, **spec):
    if replicas is not None:
        c.create("Deployment", ns, "web", spec=workload(replicas, containers=containers))
    c.create("HorizontalPodAutoscaler", ns, "web", spec=autoscaler(**spec))


def make_target(c, ns):
    c.create("Deployment", ns, "web", spec=workload(0))


def patch_autoscaler(**spec):
    return lambda c, ns: c.patch("HorizontalPodAutoscaler", ns, "web", {"spec": spec})


add("hpa-missing-target", "HorizontalPodAutoscaler", make_autoscaler, make_target)
add("hpa-target-not-scalable", "HorizontalPodAutoscaler", lambda c, ns: make_autoscaler(c, ns, 0, kind="DaemonSet"),
    patch_autoscaler(scaleTargetRef=autoscaler()["scaleTargetRef"]))
add("hpa-scaling-inactive", "HorizontalPodAutoscaler", lambda c, ns: make_autoscaler(c, ns, 1), scale("Deployment", 0))
add("hpa-unable-to-scale", "HorizontalPodAutoscaler", make_autoscaler, make_target)
add("hpa-at-maximum", "HorizontalPodAutoscaler", lambda c, ns: make_autoscaler(c, ns, 2, most=2), patch_autoscaler(maxReplicas=9))
add("hpa-no-requests", "HorizontalPodAutoscaler", lambda c, ns: make_autoscaler(c, ns, 0, [container(resources=None)]),
    lambda c, ns: c.patch("Deployment", ns, "web", {"spec": {"template": {"spec": {"containers": [container()]}}}}))
add("pdb-blocks-eviction", "PodDisruptionBudget",
    lambda c, ns: (make_pod(c, ns), c.create("PodDisruptionBudget", ns, "web", spec={"minAvailable": 1, "selector": SELECTOR})),
    lambda c, ns: c.patch("PodDisruptionBudget", ns, "web", {"spec": {"minAvailable": 0}}))
add("pdb-selects-nothing", "PodDisruptionBudget",
    lambda c, ns: c.create("PodDisruptionBudget", ns, "web", spec={"minAvailable": 1, "selector": SELECTOR}), make_pod)
add("networkpolicy-selects-nothing", "NetworkPolicy",
    lambda c, ns: c.create("NetworkPolicy", ns, "web", spec={"podSelector": SELECTOR}), make_pod)
add("networkpolicy-selects-all", "NetworkPolicy", lambda c, ns: c.create("NetworkPolicy", ns, "web", spec={"podSelector": {}}),
    lambda c, ns: c.patch("NetworkPolicy", ns, "web", {"spec": {"podSelector": SELECTOR}}))


def make_webhook(c, name, policy="Fail", kind="ValidatingWebhookConfiguration", **client):
    # It is asked about nothing, or a webhook that does not answer would stop the whole test.
    rules = [{"apiGroups": ["nothing.example"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["nothings"]}]
    c.create(kind, "", name, webhooks=[{
        "name": "web.example.com", "rules": rules, "failurePolicy": policy, "sideEffects": "None", "admissionReviewVersions": ["v1"],
        "clientConfig": {"service": {"namespace": name, "name": "web"}, **client}}])


def renew_bundle(c, ns):
    webhook = c.get("ValidatingWebhookConfiguration", "", ns)["webhooks"][0]
    webhook["clientConfig"]["caBundle"] = certificate(300)[0]
    c.patch("ValidatingWebhookConfiguration", "", ns, {"webhooks": [webhook]})


def unready_webhook(policy):
    return lambda c, ns: (make_service(c, ns, selector=LABELS), make_webhook(c, ns, policy, "MutatingWebhookConfiguration"))


add_for_cluster("webhook-missing-service", "ValidatingWebhookConfiguration", make_webhook, make_service)
add_for_cluster("webhook-missing-service-ignored", "ValidatingWebhookConfiguration", lambda c, ns: make_webhook(c, ns, "Ignore"), make_service)
add_for_cluster("webhook-unready-service", "MutatingWebhookConfiguration", unready_webhook("Fail"), make_pod)
add_for_cluster("webhook-unready-service-ignored", "MutatingWebhookConfiguration", unready_webhook("Ignore"), make_pod)
add_for_cluster("webhook-bundle-expired", "ValidatingWebhookConfiguration",
                lambda c, ns: (make_service(c, ns), make_webhook(c, ns, caBundle=certificate(-3)[0])), renew_bundle)


def fill_quota(hard):
    def fill(c, ns):
        c.create("ResourceQuota", ns, "web", spec={"hard": hard})
        # A first count that overlaps with the pod's creation would stand for minutes.
        wait_until("the first count", lambda: c.get("ResourceQuota", ns, "web").get("status", {}).get("used"))
        make_pod(c, ns)
    return fill


def raise_quota(hard):
    return lambda c, ns: c.patch("ResourceQuota", ns, "web", {"spec": {"hard": hard}})


add("quota-exhausted", "ResourceQuota", fill_quota({"pods": "1"}), raise_quota({"pods": "10"}))
add("quota-nearly-exhausted", "ResourceQuota", fill_quota({"requests.cpu": "105m"}), raise_quota({"requests.cpu": "10"}))
add("event-warning", "Pod", lambda c, ns: (make_pod(c, ns), warn(c, ns, "Strange")), lambda c, ns: c.delete("Event", ns, "warning"))


def make_binding(c, ns, kind, role, subject):
    c.create("RoleBinding", ns, "web", roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
             subjects=[{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": subject}])


def rules_of(verb):
    return [{"apiGroups": [""], "resources": ["pods"], "verbs": [verb]}]


add("rbac-admin-for-all", "RoleBinding", lambda c, ns: make_binding(c, ns, "ClusterRole", "cluster-admin", "system:authenticated"),
    lambda c, ns: c.patch("RoleBinding", ns, "web", {"subjects": [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "some"}]}))
add_for_cluster("rbac-wildcard", "ClusterRole", lambda c, ns: c.create("ClusterRole", "", ns, rules=rules_of("*")),
                lambda c, ns: c.patch("ClusterRole", "", ns, {"rules": rules_of("get")}))
add("rbac-missing-role", "RoleBinding", lambda c, ns: make_binding(c, ns, "Role", "gone", "some"),
    lambda c, ns: c.create("Role", ns, "gone", rules=rules_of("get")))
