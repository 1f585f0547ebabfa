"""The part of the bench that is about kubectl commands: what a native read costs beside kubectl and beside the cluster
itself, and what the policy's decision costs."""
import http.client
import json
import subprocess

import clusters
import servers
import tokens
import wrk

USERS = 64  # A session writes one command after the other; as many users as connections keep all of them busy.
KUBECTLS = 8  # Runs at once: more only wait for the processor.


def start(bench, name, cluster, **settings):
    """A KubeSage whose users have each onboarded the cluster; returns what runs the cluster's command over it."""
    server = bench.own(servers.start_kubesage(bench.folder, name, bench.nats, bench.secret, K8S_ALLOW="127.0.0.0/8",
                                              **settings))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    onboarding = json.dumps({"cluster_name": "measured", "server_url": cluster.url, "token": cluster.token,
                             "use_secure_tls": True, "ca_data": cluster.ca}).encode()
    lines = []
    for user in range(1, USERS + 1):
        number = json.loads(bench.call(connection, "POST", "/onboard-cluster", user, onboarding))["id"]
        lines.append(f"{tokens.token(bench.secret, user)} {number}\n")
        # Also asks for the resource types, which a native read has in memory.
        if settings.get("KUBECTL_NATIVE") != "false" or user == 1:
            answer = json.loads(bench.call(connection, "POST", f"/execute-kubectl-direct/{number}", user,
                                           json.dumps({"command": cluster.command}).encode()))
            if not answer["success"] or len(json.loads(answer["output"])["items"]) < 9:
                raise wrk.failed(f"{cluster.command}: {answer['error']}")
    connection.close()
    callers = bench.folder / f"{name}.callers"
    callers.write_text("".join(lines))

    def run(connections=wrk.CONNECTIONS):
        return wrk.run(f"http://127.0.0.1:{server.port}/", bench.given.seconds, script="commands.lua",
                       arguments=[str(callers), cluster.command], connections=connections)
    return server, run


def direct(bench, cluster):
    return wrk.run(cluster.url + cluster.list_path, bench.given.seconds, headers=[cluster.authorization])


def against_kubectl(bench, cluster):
    native, run_native = start(bench, "native", cluster)
    slow, run_slow = start(bench, "kubectl", cluster, KUBECTL_NATIVE="false", KUBECTL_MAX_RUNNING=KUBECTLS,
                           KUBECTL_MAX_RUNNING_PER_USER=KUBECTLS)
    results = bench.rounds({"kubectl": lambda _: run_slow(KUBECTLS), "KubeSage": lambda _: run_native(),
                            "API server": lambda _: direct(bench, cluster)}, [native, slow, bench.nats])
    bench.ratio_row("get pods -o json / the same by kubectl", results, "KubeSage", "kubectl", 50)
    bench.ratio_row("get pods -o json / GET, API server that costs nothing", results, "KubeSage", "API server")
    native.stop()
    slow.stop()


def against_the_cluster(bench, cluster):
    native, run_native = start(bench, "real", cluster)
    results = bench.rounds({"API server": lambda _: direct(bench, cluster), "KubeSage": lambda _: run_native()},
                           [native, bench.nats])
    bench.ratio_row(f"get pods -o json / GET, kube-apiserver, {clusters.PODS} pods", results, "KubeSage", "API server", 0.67)
    native.stop()


def decisions(bench):
    done = subprocess.run([str(servers.BUILD / "bench" / "kubectl_policy_bench")], capture_output=True, text=True,
                          check=True, timeout=60)
    *each, slowest = (line.split(None, 2) for line in done.stdout.splitlines())
    times = [float(line[0]) for line in each]
    bench.row(f"decision of the policy, the slowest of {len(each)} commands",
              f"{float(slowest[0]):.1f} us  (fastest: {min(times):.1f})", "< 20 us", 0 <= float(slowest[0]) < 20)


def measure(bench):
    decisions(bench)
    demo = clusters.start_demo(bench.folder, bench.stack)
    bench.say(f"{demo.command}, {USERS} users, {wrk.CONNECTIONS} connections; kubectl: {KUBECTLS} connections")
    against_kubectl(bench, demo)
    real = clusters.start_real(bench.folder, bench.stack)
    bench.say(f"{real.command}, kube-apiserver, {clusters.PODS} pods")
    against_the_cluster(bench, real)
