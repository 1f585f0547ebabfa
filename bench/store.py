"""The rows of the store: durable commits, publishing, and the start of a large store."""
import http.client
import json
import re
import statistics
import subprocess
import time

import servers
import wrk

GOALS = {1: 0.4, 8: None, 64: 0.5, 512: 0.5}


def command(*words, timeout=900):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise wrk.failed(f"{words[0]}: {done.stderr}")
    return done.stdout


def commits(bench):
    """Each commit is a sealed cluster with its event, chain and witness; the bare writer writes as many bytes."""
    folder = bench.folder / "commits"
    folder.mkdir()
    found = json.loads(command(servers.BUILD / "bench/commits_bench", folder, bench.given.rounds, bench.given.seconds))
    for outstanding, goal in GOALS.items():
        pair = found[str(outstanding)]
        ratios = [a / b for a, b in zip(pair["store"], pair["bare"])]
        median = statistics.median(ratios)
        bench.row(f"durable commits of {found['bytes']} bytes, {outstanding} outstanding / bare group commit",
                  f"{median:.2f}  ({min(ratios):.2f} to {max(ratios):.2f}; {statistics.median(pair['store']):,.0f}/s)",
                  f">= {goal:.2f}" if goal else "", not goal or median >= goal)


def filled(bench, name, clusters):
    """A data folder with that many clusters of 1,024 users, and as many events that wait."""
    key = bench.folder / f"{name}.key"
    command(servers.BUILD / "kubesage", "keys", "init", "--file", key)
    command(servers.BUILD / "bench/commits_bench", "--fill", bench.folder / f"{name}-data", key, clusters)


def large_start(bench):
    filled(bench, "large", 1_000_000)
    one = servers.start_kubesage(bench.folder, "large", None, bench.secret)
    one.stop()
    bench.row("start to ready with 1,000,000 clusters", f"{one.ready:.2f} s", "< 5 s", one.ready < 5)


def published(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return float(re.search(r"^kubesage_events_published_total (\S+)", text, re.M)[1])


def publish(bench):
    """Events that wait in the store, until all are acknowledged, beside nats.c publishing as many bytes."""
    count, ratios, rates = 100_000, [], []
    for turn in range(3):
        name = f"publish-{turn}"
        filled(bench, name, count)
        bare = float(command(servers.BUILD / "bench/publish_bench", f"nats://127.0.0.1:{bench.nats.port}", count, 700))
        one = servers.start_kubesage(bench.folder, name, bench.nats, bench.secret)
        begin, first = time.monotonic(), published(one.admin_port)
        while (now := published(one.admin_port)) < count and time.monotonic() - begin < 120:
            time.sleep(0.05)
        rates.append((now - first) / (time.monotonic() - begin))
        one.stop()
        if now < count:
            raise wrk.failed(f"only {now} of {count} events were published")
        ratios.append(rates[-1] / bare)
    median = statistics.median(ratios)
    bench.row("publishing of waiting events / nats.c alone", f"{median:.2f}  ({min(ratios):.2f} to {max(ratios):.2f}; "
              f"{statistics.median(rates):,.0f}/s)")


def measure(bench):
    commits(bench)
    publish(bench)
    large_start(bench)
