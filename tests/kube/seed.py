"""Fills an API server with a shop's objects: most are well, some broken in the ways that an analysis looks for.

There is no kubelet, so node and pod status is written as one would. The controllers and the scheduler are real.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from healthy_objects import certificate_between  # pylint: disable=wrong-import-position

APPS, NET = "/apis/apps/v1", "/apis/networking.k8s.io/v1"
MERGE = "application/merge-patch+json"
NAMESPACES = ["ci-runners", "data-platform", "monitoring", "payments", "search", "staging", "storefront"]
INGRESS_CLASS = "edge"


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def wait(what, probe):
    end = time.monotonic() + 60
    while not probe():
        if time.monotonic() > end:
            raise SystemExit(f"record: no {what} after 60 s")
        time.sleep(0.2)


def create(api, group, namespace, plural, name, meta=None, **members):
    scope = f"/namespaces/{namespace}" if namespace else ""
    api.need("POST", f"{group}{scope}/{plural}", {"metadata": {"name": name, **(meta or {})}, **members})


def condition(kind, status, reason):
    return {"type": kind, "status": status, "reason": reason, "lastHeartbeatTime": now(), "lastTransitionTime": now()}


def seed_nodes(api):
    for index, zone in enumerate("abcd"):
        name = f"worker-{zone}"
        create(api, "/api/v1", None, "nodes", name, {"labels": {
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "topology.kubernetes.io/zone": f"zone-{zone}"}})
        room = {"cpu": "4", "memory": "16Gi", "pods": "110"}
        ready = {**condition("Ready", "True", "KubeletReady"), "message": "kubelet is posting ready status"}
        if zone == "d":
            ready = {**condition("Ready", "Unknown", "NodeStatusUnknown"), "message": "Kubelet stopped posting node status."}
        has_pressure = zone == "c"
        disk = condition("DiskPressure", *(("True", "KubeletHasDiskPressure") if has_pressure else ("False", "KubeletHasNoDiskPressure")))
        api.status(f"/api/v1/nodes/{name}", {
            "capacity": room, "allocatable": room, "conditions": [ready, disk],
            "addresses": [{"type": "InternalIP", "address": f"10.20.0.{index + 11}"}, {"type": "Hostname", "address": name}],
            "nodeInfo": {"kubeletVersion": "v1.20.2", "kubeProxyVersion": "v1.20.2", "architecture": "amd64",
                         "operatingSystem": "linux", "osImage": "Debian GNU/Linux 12 (bookworm)", "kernelVersion": "6.1.0",
                         "containerRuntimeVersion": "containerd://1.6.20", "bootID": name, "machineID": name, "systemUUID": name}})
        if zone != "d":  # That one keeps the taint of a node that is not ready.
            api.need("PATCH", f"/api/v1/nodes/{name}", {"spec": {"taints": None}}, kind=MERGE)


def template(name, cpu="100m", image=None, **spec):
    return {"metadata": {"labels": {"app.kubernetes.io/name": name}}, "spec": {
        # Without an account's token a pod has no Secret that must not be recorded.
        "automountServiceAccountToken": False, "containers": [{
            "name": name, "image": image or f"registry.example/{name}:1.4.2", "ports": [{"containerPort": 8080}],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
            "resources": {"requests": {"cpu": cpu, "memory": "128Mi"}, "limits": {"memory": "256Mi"}}}], **spec}}


def workload(api, namespace, name, plural="deployments", more=None, **pod):
    labels = {"app.kubernetes.io/name": name}
    create(api, APPS, namespace, plural, name, {"labels": labels},
           spec={"selector": {"matchLabels": labels}, "template": template(name, **pod), **(more or {})})


def service(api, namespace, name, target=None, port=8080):
    create(api, "/api/v1", namespace, "services", name, spec={
        "selector": {"app.kubernetes.io/name": target or name}, "ports": [{"port": 80, "targetPort": port}]})


def ingress(api, namespace, name, paths, ingress_class=INGRESS_CLASS, tls=None):
    rules = [{"host": f"{name}.example", "http": {"paths": [
        {"path": path, "pathType": "Prefix", "backend": {"service": {"name": to, "port": {"number": 80}}}}
        for path, to in paths.items()]}}]
    create(api, NET, namespace, "ingresses", name, spec={"ingressClassName": ingress_class, "rules": rules, **(
        {"tls": [{"hosts": [f"{name}.example"], "secretName": tls}]} if tls else {})})


def claim(api, namespace, name, storage_class):
    create(api, "/api/v1", namespace, "persistentvolumeclaims", name, spec={
        "accessModes": ["ReadWriteOnce"], "storageClassName": storage_class, "resources": {"requests": {"storage": "200Gi"}}})


def seed_namespaces(api):
    for namespace in NAMESPACES:
        create(api, "/api/v1", None, "namespaces", namespace, {"labels": {"team": namespace.split("-", maxsplit=1)[0]}})
    for namespace in NAMESPACES:
        wait("service account", lambda n=namespace: api.call(
            "GET", f"/api/v1/namespaces/{n}/serviceaccounts/default")[0] == 200)
    create(api, "/apis/storage.k8s.io/v1", None, "storageclasses", "standard",
           {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
           provisioner="csi.example.com", reclaimPolicy="Delete")
    create(api, NET, None, "ingressclasses", INGRESS_CLASS, spec={"controller": "example.com/edge"})


def seed_healthy(api):
    workload(api, "storefront", "web", more={"replicas": 2})
    workload(api, "storefront", "cart")
    workload(api, "payments", "checkout")
    workload(api, "monitoring", "dashboard")
    workload(api, "monitoring", "node-agent", "daemonsets")
    service(api, "data-platform", "queue")
    workload(api, "data-platform", "queue", "statefulsets", {"serviceName": "queue"})
    for namespace, name in [("storefront", "web"), ("storefront", "cart"), ("payments", "checkout"), ("monitoring", "dashboard")]:
        service(api, namespace, name)
    ingress(api, "monitoring", "dashboard", {"/": "dashboard"})
    create(api, NET, "payments", "networkpolicies", "checkout",
           spec={"podSelector": {"matchLabels": {"app.kubernetes.io/name": "checkout"}}})


def seed_broken(api):
    workload(api, "payments", "ledger", more={"progressDeadlineSeconds": 1})
    service(api, "payments", "ledger")
    workload(api, "search", "indexer", cpu="64")
    service(api, "search", "query", target="query-frontend")
    workload(api, "data-platform", "reporting")
    claim(api, "data-platform", "warehouse", "fast-nvme")
    workload(api, "staging", "web", image="registry.example/web:latest")
    service(api, "staging", "web", port=9090)
    ingress(api, "staging", "preview", {"/": "web"}, ingress_class="internal", tls="preview-tls")
    workload(api, "monitoring", "alerts", volumes=[{"name": "routes", "configMap": {"name": "alert-routes"}}])
    ingress(api, "storefront", "shop", {"/": "web", "/recommendations": "recommendations"}, tls="shop-tls")
    # Only the certificate counts; a key that anybody could use has no place in a repository.
    create(api, "/api/v1", "storefront", "secrets", "shop-tls", type="kubernetes.io/tls",
           data={"tls.crt": certificate_between("20230601000000Z", "20240601000000Z", "shop.example")[0]},
           stringData={"tls.key": "left out of this example"})
    create(api, "/apis/policy/v1beta1", "storefront", "poddisruptionbudgets", "cart",
           spec={"minAvailable": 1, "selector": {"matchLabels": {"app.kubernetes.io/name": "cart"}}})
    create(api, "/apis/autoscaling/v1", "storefront", "horizontalpodautoscalers", "recommendations", spec={
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "recommendations"}, "minReplicas": 1,
        "maxReplicas": 6, "targetCPUUtilizationPercentage": 70})
    job = template("export", restartPolicy="Never")
    create(api, "/apis/batch/v1", "data-platform", "jobs", "nightly-export", spec={"parallelism": 0, "template": job})
    api.status("/apis/batch/v1/namespaces/data-platform/jobs/nightly-export", {"failed": 7, "conditions": [{
        "type": "Failed", "status": "True", "reason": "BackoffLimitExceeded",
        "message": "Job has reached the specified backoff limit"}]})
    # Suspended, as the next time of another would come while the recording stands still.
    create(api, "/apis/batch/v1beta1", "data-platform", "cronjobs", "cleanup",
           spec={"schedule": "30 3 * * *", "suspend": True, "jobTemplate": {"spec": {"template": job}}})
    create(api, "/api/v1", "ci-runners", "resourcequotas", "runners", spec={"hard": {"pods": "2"}})
    wait("quota's first count", lambda: api.need(
        "GET", "/api/v1/namespaces/ci-runners/resourcequotas/runners").get("status", {}).get("used"))
    workload(api, "ci-runners", "runner", more={"replicas": 4})


def waiting(reason, message):
    return {"waiting": {"reason": reason, "message": message}}


def state_of(namespace, container):
    """(state, last state, restarts, whether ready) of a pod's container."""
    running = {"running": {"startedAt": now()}}
    ended = {"exitCode": 1, "reason": "Error", "startedAt": now(), "finishedAt": now()}
    match (namespace, container["name"]):
        case ("payments", "ledger"):
            return waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container"), {"terminated": ended}, 17, False
        case ("data-platform", "reporting"):
            return running, {"terminated": {**ended, "exitCode": 137, "reason": "OOMKilled"}}, 4, True
        case ("staging", "web"):
            return waiting("ImagePullBackOff", f'Back-off pulling image "{container["image"]}"'), {}, 0, False
        case ("monitoring", "alerts"):
            return waiting("CreateContainerConfigError", 'configmap "alert-routes" not found'), {}, 0, False
    return running, {}, 0, True


def run_pods(api):
    """Gives every pod that has a node the status that its kubelet would report."""
    for index, pod in enumerate(api.need("GET", "/api/v1/pods")["items"]):
        container, namespace = pod["spec"]["containers"][0], pod["metadata"]["namespace"]
        if not pod["spec"].get("nodeName") or pod["status"].get("podIP"):
            continue
        state, last, restarts, ready = state_of(namespace, container)
        address = f"10.42.0.{index + 10}"
        status = {"type": "Ready", "status": "True"} if ready else {
            "type": "Ready", "status": "False", "reason": "ContainersNotReady"}
        is_new = "waiting" in state and not restarts
        api.status(f"/api/v1/namespaces/{namespace}/pods/{pod['metadata']['name']}", {
            "phase": "Pending" if is_new else "Running", "startTime": now(), "podIP": address, "podIPs": [{"ip": address}],
            "conditions": [{"type": "PodScheduled", "status": "True"}, status],
            "containerStatuses": [{"name": container["name"], "image": container["image"], "imageID": "", "ready": ready,
                                   "started": ready, "restartCount": restarts, "state": state, "lastState": last}]})


UNREADY = {("ci-runners", "runner"), ("monitoring", "alerts"), ("payments", "ledger"), ("search", "indexer"), ("staging", "web")}
STUCK = {("ci-runners", "runner"), ("payments", "ledger")}


def is_settled(api):
    """Whether all pods are there and the controllers have counted them."""
    def read(plural):
        return api.need("GET", f"{APPS}/{plural}")["items"]

    def names(items):
        return {(item["metadata"]["namespace"], item["metadata"]["name"]) for item in items}

    def is_stuck(item):
        return any((c["type"], c["status"]) in (("Progressing", "False"), ("ReplicaFailure", "True"))
                   for c in item["status"].get("conditions", []))

    deployments = read("deployments")
    autoscaler = api.need("GET", "/apis/autoscaling/v2beta2/namespaces/storefront/horizontalpodautoscalers/recommendations")
    budget = api.need("GET", "/apis/policy/v1beta1/namespaces/storefront/poddisruptionbudgets/cart")
    return (names(d for d in deployments if d["status"].get("readyReplicas", 0) < d["spec"]["replicas"]) == UNREADY
            and names(filter(is_stuck, deployments)) == STUCK
            and all(s["status"].get("readyReplicas") == 1 for s in read("statefulsets"))
            and all(d["status"].get("numberReady") == 3 for d in read("daemonsets"))
            and bool(autoscaler["status"].get("conditions")) and budget.get("status", {}).get("expectedPods") == 1)


def seed(api):
    seed_nodes(api)
    seed_namespaces(api)
    seed_healthy(api)
    seed_broken(api)

    def is_done():
        run_pods(api)
        return is_settled(api)

    wait("settled cluster", is_done)
