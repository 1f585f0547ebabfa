"""Runs wrk and reads its result."""
import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 64


class failed(Exception):
    pass


def run(url, seconds, script="report.lua", headers=(), arguments=(), connections=CONNECTIONS):
    """The numbers of one run of wrk over keep-alive connections: requests a second as `rate`, the percentiles in
    microseconds. An answer that is no 2xx or a broken connection ends the bench: its rate would mean nothing."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / script)]
    for header in headers:
        command += ["-H", header]
    done = subprocess.run([*command, url, "--", *arguments], capture_output=True, text=True, timeout=seconds + 30)
    line = next((text for text in done.stdout.splitlines() if text.startswith("result ")), None)
    if line is None:
        raise failed(f"wrk gave no result: {done.stdout[-400:]}{done.stderr[-400:]}")
    result = json.loads(line.removeprefix("result "))
    if result["refused"] or result["broken"] or not result["requests"]:
        raise failed(f"{url}: {result}")
    result["rate"] = result["requests"] * 1e6 / result["microseconds"]
    return result
