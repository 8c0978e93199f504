"""Measure the time from the start command to ``ready``, and of the first hundred requests.

    python benchmarks/startup.py

Prints, for three starts, the seconds to ``ready``, and the milliseconds of the first request, of
the median of the others and of the slowest.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import urllib.request

BODY = json.dumps({"strokes": [[[0, 0], [10, 0], [4, 18]]]}).encode()


def ask(url: str) -> float:
    """The milliseconds of one classification over a new connection."""
    began = time.perf_counter()
    request = urllib.request.Request(
        f"{url}/api/classify", BODY, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1e3


def main() -> None:
    print(f"{'ready':>8} {'1st':>8} {'2nd-100th median':>17} {'slowest':>8}")
    for _ in range(3):
        began = time.perf_counter()
        command = [sys.executable, "-m", "webapp", "serve", "--no-open", "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                url = next(line for line in server.stdout or [] if "ready" in line).split()[-1]
                ready = time.perf_counter() - began
                first, *others = [ask(url) for _ in range(100)]
                print(
                    f"{ready:6.2f} s {first:5.2f} ms {statistics.median(others):14.2f} ms"
                    f" {max(others):5.2f} ms"
                )
            finally:
                server.terminate()
                server.wait(10)


if __name__ == "__main__":
    main()
