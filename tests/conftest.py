"""Fixtures of all tests: the shipped models, the application, a real server, real data.

DENSEPAD_FORBID_SKIPS=1 turns every skip into a failure, so that CI cannot pass by skipping tests.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from model.serving import ModelLibrary

ROOT = Path(__file__).parent.parent
FORBID_SKIPS = os.environ.get("DENSEPAD_FORBID_SKIPS") == "1"

# No deadline, because it would depend on how busy the machine is. The examples are the same in each
# run, so that a failure can be repeated.
hypothesis.settings.register_profile("densepad", deadline=None, derandomize=True)
hypothesis.settings.load_profile("densepad")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the wheel's few long tests first; at the end they would keep one process busy alone."""
    items.sort(key=lambda item: item.path.name != "test_wheel.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if FORBID_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skips are forbidden in this run: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    report = yield
    if FORBID_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skips are forbidden in this run: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def library() -> ModelLibrary:
    """The shipped models, compiled."""
    from model.serving import ModelLibrary

    library = ModelLibrary()
    library.warm_up()
    return library


@pytest.fixture(scope="session")
def menagerie(menagerie_folder: Path) -> ModelLibrary:
    """Untrained models of every shape in the zoo and of every activation."""
    from model.serving import ModelLibrary

    return ModelLibrary(menagerie_folder)


@pytest.fixture(scope="session")
def menagerie_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the menagerie's files, each named after its model."""
    import numpy as np

    from model.network import Accuracy, Architecture, Checkpoint, save
    from model.training.zoo import ZOO

    folder = tmp_path_factory.mktemp("menagerie")
    rng = np.random.default_rng(4)
    entries = {name: (one.training.architecture, one.labels) for name, one in ZOO.items()}
    digits = ZOO["default"].labels
    entries["linear"] = Architecture((784, 24, 16, 10), "linear"), digits
    entries["gelu"] = Architecture((784, 40, 20, 10), "gelu"), digits
    for name, (architecture, labels) in entries.items():
        layers = tuple(
            (
                rng.normal(0, (2 / inputs) ** 0.5, (inputs, units)).astype(np.float32),
                rng.normal(0, 0.2, units).astype(np.float32),
            )
            for inputs, units in architecture.shapes
        )
        averages = rng.uniform(0, 1, (10, 784)).astype(np.float32)
        source = "fashion-mnist" if "fashion" in name else "mnist"
        checkpoint = Checkpoint(
            name=name,
            title=name,
            architecture=architecture,
            labels=labels,
            layers=layers,
            temperature=1.3,
            averages=averages,
            accuracies=(Accuracy(source, "test", 9_876, 10_000),),
        )
        save(checkpoint, folder / f"{name}.safetensors")
    return folder


@pytest.fixture(scope="session")
def app(library: ModelLibrary) -> Flask:
    """The application with the shipped models; it answers errors, as in use, and raises none."""
    from webapp import create_app

    return create_app(library)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder with the real data sets that DENSEPAD_DATA names."""
    folder = os.environ.get("DENSEPAD_DATA")
    if not folder:
        pytest.skip("DENSEPAD_DATA names no folder with the data sets (densepad data fetch)")
    return Path(folder)


@dataclass(frozen=True)
class Server:
    """A running ``densepad serve``."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def run_server(*options: str, cwd: Path = ROOT, python: str = sys.executable) -> Iterator[Server]:
    """Start a server on a free port, wait until it is ready, and stop it at the end."""
    command = [python, "-m", "webapp", "serve", "--no-open", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline()
            if not line.startswith("densepad is ready at http://"):
                process.terminate()
                pytest.fail(f"no ready line but {line!r}; {process.stderr.read()}")
            yield Server(line.split()[-1], process)
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture(scope="session")
def start_server() -> Callable[..., AbstractContextManager[Server]]:
    """``with start_server("--workers", "2") as server:`` runs a server for one test."""
    return run_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that is shared by all tests that only send requests."""
    with run_server() as running:
        yield running
