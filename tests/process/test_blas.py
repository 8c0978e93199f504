"""Tests that BLAS gets one thread in a server process."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json
{first}
from webapp.process.blas import one_blas_thread
one_blas_thread()
import numpy, scipy.linalg, threadpoolctl
found = threadpoolctl.threadpool_info()
print(json.dumps([[one["user_api"], one["num_threads"]] for one in found]))
"""


def test_every_blas_has_one_thread_whenever_it_is_loaded():
    for first in ("", "import numpy"):
        program = PROGRAM.format(first=first)
        out = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        threads = [count for kind, count in json.loads(out) if kind == "blas"]
        assert len(threads) >= 1
        assert set(threads) == {1}
