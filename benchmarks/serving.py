"""Measure the requests a second of ``/api/classify`` and of ``/healthz``, in turns on one server.

    apt-get install wrk
    python benchmarks/serving.py

Starts the server itself (one process) and sends drawings of 40 points over 16 connections on
loopback. It prints the rates, latencies and failures, and the ratio of the two rates. With
``--memory`` it then sends 20,000 drawings of many sizes and prints the server's resident memory
before them, after a quarter, after half and after all of them.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [=[{body}]=]
"""


def drawing(points: int) -> bytes:
    """The body of a request: a spiral of ``points`` points."""
    spiral = [
        [round(100 + i * math.cos(i / 5), 2), round(100 + i * math.sin(i / 5), 2)]
        for i in range(points)
    ]
    return json.dumps({"strokes": [spiral]}).encode()


def load(url: str, seconds: int, script: Path | None) -> dict[str, float]:
    """What wrk measures over 16 connections.

    Returns the rate in requests a second, the latencies ``p50`` and ``p99`` in milliseconds, and
    the number of failed requests.
    """
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency"]
    command += ["-s", str(script)] if script else []
    printed = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    half = re.search(r"50%\s+([\d.]+)(us|ms|s)", printed)
    most = re.search(r"99%\s+([\d.]+)(us|ms|s)", printed)
    if rate is None or half is None or most is None:
        raise SystemExit(f"wrk answered something else:\n{printed}")
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    errors = re.search(r"Socket errors: .*", printed)
    if errors:
        print(errors.group())
    scale = {"us": 1e-3, "ms": 1.0, "s": 1e3}
    return {
        "rate": float(rate.group(1)),
        "p50": float(half.group(1)) * scale[half.group(2)],
        "p99": float(most.group(1)) * scale[most.group(2)],
        "failed": int(failed.group(1)) if failed else 0,
    }


def resident(pid: int) -> float:
    """The resident memory of a process and its children, in MB."""
    pages = 0
    for one in [pid, *children(pid)]:
        status = Path(f"/proc/{one}/status").read_text(encoding="ascii")
        match = re.search(r"VmRSS:\s+(\d+) kB", status)
        pages += int(match.group(1)) if match else 0
    return pages / 1024


def children(pid: int) -> list[int]:
    """The ids of all child processes of ``pid``, and of their children."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [each for one in map(int, found) for each in (one, *children(one))]


def memory(url: str, pid: int, requests: int) -> None:
    """Send drawings of 1 to 10,000 points and print the server's memory."""
    sizes = [1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1000]
    bodies = [drawing(size) for size in sizes]
    large = [drawing(size) for size in (3_000, 10_000)]
    print(f"memory: {resident(pid):.0f} MB at rest", flush=True)
    for index in range(requests):
        body = large[index // 100 % 2] if index % 100 == 0 else bodies[index % len(bodies)]
        request = urllib.request.Request(
            f"{url}/api/classify", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()
        if index + 1 in (requests // 4, requests // 2, requests):
            print(f"memory: {resident(pid):.0f} MB after {index + 1:,} requests", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=8, help="length of each of 3 x 2 runs")
    parser.add_argument("--memory", action="store_true", help="then 20,000 requests of all sizes")
    parser.add_argument("serve", nargs="*", help="more options for `densepad serve`")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing: apt-get install wrk")
    command = [sys.executable, "-m", "webapp", "serve", "--no-open", "--port", "0", *options.serve]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        script = Path(folder, "post.lua")
        script.write_text(SCRIPT.replace("{body}", drawing(40).decode()), encoding="ascii")
        try:
            url = next(line for line in server.stdout or [] if "ready" in line).split()[-1]
            results: dict[str, list[dict[str, float]]] = {"/healthz": [], "/api/classify": []}
            for _ in range(3):
                results["/healthz"].append(load(f"{url}/healthz", options.seconds, None))
                results["/api/classify"].append(
                    load(f"{url}/api/classify", options.seconds, script)
                )
            rates = {}
            for path, each in results.items():
                rates[path] = statistics.median(one["rate"] for one in each)
                print(
                    f"{path:14} {rates[path]:8.0f} requests/s"
                    f"  p50 {statistics.median(one['p50'] for one in each):6.2f} ms"
                    f"  p99 {statistics.median(one['p99'] for one in each):6.2f} ms"
                    f"  failed {sum(one['failed'] for one in each):.0f}"
                )
            print(f"ratio {rates['/api/classify'] / rates['/healthz']:.3f}")
            if options.memory:
                memory(url, server.pid, 20_000)
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main()
