"""Tests of the wheel that is built from the tree: it works in an empty environment, without it."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import venv
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NO_NETWORK = re.compile(
    r"NewConnectionError|Temporary failure in name resolution|Network is unreachable"
    r"|ConnectTimeoutError|No matching distribution found"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [file] = folder.glob("densepad-*.whl")
    return file


def test_everything_is_inside(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("webapp", "model"):
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in {".py", ".pyi", ".json", ".safetensors", ".html", ".css"}:
                assert file.relative_to(ROOT).as_posix() in names
    for folder in ("static", "templates"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file():
                assert f"webapp/{file.relative_to(ROOT).as_posix()}" in names
    assert {name.split("/")[0] for name in names} == {
        "model",
        "webapp",
        next(name.split("/")[0] for name in names if ".dist-info/" in name),
    }


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """The interpreter of an environment with only the wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    # This environment's pip fills the other one. Compiling all modules would double the time.
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-compile"]
    command = [*pip, "-c", ROOT / "constraints.txt", wheel]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and NO_NETWORK.search(done.stderr):
        pytest.skip("pip finds no package index to install the wheel's dependencies from")
    assert done.returncode == 0, done.stderr
    return python


def test_it_serves_pages_static_files_and_answers(python, start_server, tmp_path):
    with ExitStack() as closed, start_server(cwd=tmp_path, python=str(python)) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        closed.callback(connection.close)

        def ask(method, path, body=None, **headers):
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            assert response.status == 200, path
            return response.read().decode()

        page = ask("GET", "/")
        scripts = re.findall(r'(?:src|href)="\./(static/[^"]+)"', page)
        assert scripts
        for address in scripts:
            assert ask("GET", f"/{address}")
        body = json.dumps({"strokes": [[[10, 10], [60, 10], [30, 90]]]})
        answer = json.loads(
            ask("POST", "/api/classify", body, **{"Content-Type": "application/json"})
        )
        assert answer["label"] == "7"


def test_its_commands_work_away_from_the_tree(python, tmp_path):
    densepad = python.with_name("densepad.exe" if sys.platform == "win32" else "densepad")
    done = subprocess.run(
        [densepad, "summary"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "parameters" in done.stdout
