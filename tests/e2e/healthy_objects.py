"""Objects that no rule of the analysis has anything to say about; a fixture changes what shall be wrong."""
import base64
import datetime
import functools
import pathlib
import subprocess
import tempfile

NODE = "analysis-node"  # A node in good health, which pods are bound to.
CLASS = "analysis-ingress"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def container(**changes):
    probe = {"httpGet": {"path": "/", "port": 8080}}
    amounts = {"cpu": "100m", "memory": "64Mi"}
    good = {"name": "app", "image": "registry.example/app:1.0", "ports": [{"name": "http", "containerPort": 8080}],
            "resources": {"requests": amounts, "limits": amounts}, "livenessProbe": probe, "readinessProbe": probe,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 1000}}
    return {k: v for k, v in {**good, **changes}.items() if v is not None}


def pod_spec(containers=None, **changes):
    good = {"containers": containers or [container()], "automountServiceAccountToken": False, "nodeName": NODE}
    return {k: v for k, v in {**good, **changes}.items() if v is not None}


def container_state(is_ready=True, restarts=0, last=None, **state):
    return {"name": "app", "image": "i", "imageID": "i", "ready": is_ready, "restartCount": restarts,
            "state": state or {"running": {"startedAt": "2026-01-01T00:00:00Z"}}, "lastState": last or {}}


def pod_status(phase="Running", containers=None, is_ready=True, **more):
    return {"phase": phase, "reason": None, "message": None, "podIP": "10.1.0.7", "podIPs": [{"ip": "10.1.0.7"}],
            "conditions": [{"type": "PodScheduled", "status": "True"},
                           {"type": "Ready", "status": "True" if is_ready else "False", "reason": None if is_ready else "X"}],
            "containerStatuses": containers or [container_state()], **more}


def template(labels, **changes):
    return {"metadata": {"labels": labels}, "spec": pod_spec(**changes)}


LABELS = {"app": "web"}
SELECTOR = {"matchLabels": LABELS}


def make_pod(c, ns, status=None, labels=None, name="web", **spec):
    c.create("Pod", ns, name, meta={"labels": labels or LABELS}, spec=pod_spec(**spec))
    c.status("Pod", ns, name, status or pod_status())


def make_ready(c, ns):
    for name in c.pods(ns):
        c.status("Pod", ns, name, pod_status())


def workload(replicas=1, **spec):
    more = {k: spec.pop(k) for k in ("serviceName", "progressDeadlineSeconds", "paused", "volumeClaimTemplates") if k in spec}
    return {"replicas": replicas, "selector": SELECTOR, "template": template(LABELS, **spec), **more}


def make_service(c, ns, name="web", **spec):
    c.create("Service", ns, name, spec={"ports": [{"port": 80, "targetPort": 8080}], **spec})


def make_node(c, name, conditions=({"type": "Ready", "status": "True", "reason": "KubeletReady"},), version="v1.20.2"):
    c.create("Node", "", name, meta={"labels": {"analysis": name}})
    c.status("Node", "", name, {
        "conditions": list(conditions), "nodeInfo": node_info(version),
        "capacity": {"cpu": "64", "memory": "256Gi", "pods": "500"}, "allocatable": {"cpu": "64", "memory": "256Gi", "pods": "500"}})
    c.patch("Node", "", name, {"spec": {"taints": None}})


def node_info(version):
    keys = ("machineID", "systemUUID", "bootID", "kernelVersion", "osImage", "containerRuntimeVersion", "kubeProxyVersion",
            "operatingSystem", "architecture")
    return {**{key: "" for key in keys}, "kubeletVersion": version}


def certificate_between(begin, end, name):
    """(certificate, key) in base64 of PEM; `begin` and `end` as in 20240101000000Z."""
    with tempfile.TemporaryDirectory() as folder:
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key",
                "-out", "request", "-subj", f"/CN={name}")
        root = pathlib.Path(folder)
        (root / "index").touch()
        (root / "config").write_text("[ca]\ndefault_ca=c\n[c]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\n"
                                     "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
        openssl("ca", "-batch", "-config", "config", "-selfsign", "-keyfile", "key", "-in", "request", "-out", "crt",
                "-notext", "-startdate", begin, "-enddate", end)
        return tuple(base64.b64encode((root / file).read_bytes()).decode() for file in ("crt", "key"))


@functools.cache
def certificate(days, name="a"):
    """The same; it ends `days` from now."""
    base = datetime.datetime.now(datetime.timezone.utc)
    return certificate_between(*(f"{base + datetime.timedelta(days=d):%Y%m%d%H%M%SZ}" for d in (-400, days)), name)


def tls_secret(c, ns, days=300, key_of=None, name="web"):
    crt, key = certificate(days)
    c.create("Secret", ns, name, type="kubernetes.io/tls", data={"tls.crt": crt, "tls.key": certificate(*key_of)[1] if key_of else key})


def renew(c, ns):
    crt, key = certificate(300)
    c.patch("Secret", ns, "web", {"data": {"tls.crt": crt, "tls.key": key}})
