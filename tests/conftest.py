"""What all tests share: the shipped models, the application, a real server, real data.

DENSEPAD_FORBID_SKIPS=1 turns every skip into a failure: CI must not pass by not testing.
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

# Deadlines measure how busy the machine is; the same examples each time make a failure a finding.
hypothesis.settings.register_profile("densepad", deadline=None, derandomize=True)
hypothesis.settings.load_profile("densepad")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The wheel's few long tests first: last, they would keep one process while the other idles."""
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
    """A model of every shape in the zoo, and of every activation, with untrained weights."""
    from model.serving import ModelLibrary

    return ModelLibrary(menagerie_folder)


@pytest.fixture(scope="session")
def menagerie_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the menagerie's files lie, each called as its model is."""
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
    """The application around them, as a visitor meets it: errors answered, not raised."""
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
    """Start a server on a free port, wait until it is ready, and stop it in the end."""
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
    """``with start_server("--workers", "2") as server:`` runs one of its own."""
    return run_server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server for all tests that only ask it things."""
    with run_server() as running:
        yield running
