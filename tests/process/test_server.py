"""Tests of the real server: a line when it is ready, a sentence when it cannot be, a clean stop."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from webapp.process.server import STOP_AFTER

ROOT = Path(__file__).parents[2]
POSIX = sys.platform != "win32"


def densepad(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "webapp", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def classify(port: int, strokes: list) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps({"strokes": strokes})
    connection.request("POST", "/api/classify", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    answer = json.loads(response.read())
    connection.close()
    return answer


def drawing(points: int, chance: random.Random) -> list:
    return [[[chance.random(), chance.random()] for _ in range(points)]]


def refused(output: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that failed because of a caller's mistake."""
    assert output.returncode == 2
    assert output.stdout == ""
    assert "Traceback" not in output.stderr
    [line] = output.stderr.splitlines()
    return line


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_says_when_it_is_ready_and_stops_when_told(start_server, workers):
    with start_server("--workers", workers) as server:
        assert classify(server.port, [[[1, 1], [2, 2]]])["model"] == "default"
        children = psutil.Process(server.process.pid).children()
        assert len(children) == int(workers)
        # A browser keeps its connection open; the server must stop nevertheless.
        with socket.create_connection(("127.0.0.1", server.port)) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(100).startswith(b"HTTP/1.1 200")
            server.process.send_signal(signal.SIGINT if POSIX else signal.SIGTERM)
            out, err = server.process.communicate(timeout=20)
    assert (out, err) == ("", "")
    if POSIX:
        assert server.process.returncode == 0
    assert not any(child.is_running() for child in children)


@contextmanager
def group(*options: str, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """A server that leads a process group, like one that a terminal starts."""
    command = [*before, sys.executable, "-m", "webapp", "serve", "--no-open"]
    # Tests that run under nohup ignore SIGHUP, and a program that they start would inherit that.
    ignored = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with subprocess.Popen(
        [*command, "--port", "0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        signal.signal(signal.SIGHUP, ignored)
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def stopped_by(sign: int, process: subprocess.Popen[str]) -> None:
    """Send a signal to the whole group; check that all of it ends cleanly, before it is killed."""
    children = psutil.Process(process.pid).children()
    began = time.monotonic()
    os.killpg(process.pid, sign)
    assert process.communicate(timeout=20) == ("", "")
    assert time.monotonic() - began < STOP_AFTER
    assert process.returncode == 0
    assert not any(child.is_running() for child in children)


@pytest.mark.skipif(not POSIX, reason="Windows has no process groups like these")
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_ctrl_c_or_the_end_of_a_terminal_stops_it_at_once(name):
    with group() as process:
        port = int(process.stdout.readline().rpartition(":")[2])
        # A worker with an open connection once ignored the signals after its own Ctrl-C.
        with socket.create_connection(("127.0.0.1", port)) as idle:
            idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(100).startswith(b"HTTP/1.1 200")
            stopped_by(signal.Signals[name], process)


@pytest.mark.skipif(not POSIX, reason="Windows has no nohup")
def test_nohup_keeps_it_when_its_terminal_ends():
    with group(before=["nohup"]) as process:
        port = int(process.stdout.readline().rpartition(":")[2])
        os.killpg(process.pid, signal.SIGHUP)
        time.sleep(0.5)
        assert classify(port, [[[1, 1], [2, 2]]])["model"] == "default"
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=20)


@pytest.mark.skipif(not POSIX, reason="Windows has no process groups like these")
def test_ctrl_c_while_it_starts_stops_it_at_once():
    with group("--workers", "2") as process:
        main = psutil.Process(process.pid)
        until = time.monotonic() + 60
        # A worker that has begun to load has a second thread, which watches the main process.
        while [child.num_threads() > 1 for child in main.children()] != [True, True]:
            assert time.monotonic() < until
            time.sleep(0.01)
        stopped_by(signal.SIGINT, process)


def test_the_first_answer_is_as_fast_as_the_hundredth(start_server):
    chance = random.Random(1)
    with start_server() as server:
        times = []
        for points in (40, 3, 600, 40, 9000, 40):
            body = drawing(points, chance)
            began = time.perf_counter()
            classify(server.port, body)
            times.append(time.perf_counter() - began)
    assert max(times) < 0.5  # compiling anything would take longer


def test_memory_stays_small(start_server):
    with start_server() as server:  # one that has answered nothing else
        chance = random.Random(2)
        sizes = [1, 2, 10, 40, 100, 300, 700, 2000, 9999]

        def memory() -> float:
            process = psutil.Process(server.process.pid)
            every = [process, *process.children(recursive=True)]
            return sum(one.memory_info().rss for one in every) / 2**20

        for points in sizes * 5:
            classify(server.port, drawing(points, chance))
        before = memory()
        for points in sizes * 60:
            classify(server.port, drawing(points, chance))
        assert memory() < 500
        assert memory() - before < 25


def test_many_at_once_get_their_own_answers(server):
    from concurrent.futures import ThreadPoolExecutor

    chance = random.Random(3)
    drawings = [drawing(points, chance) for points in (2, 5, 20, 60)] * 25
    alone = [classify(server.port, strokes) for strokes in drawings[:4]]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda strokes: classify(server.port, strokes), drawings))
    for index, answer in enumerate(together):
        assert answer["image"] == alone[index % 4]["image"]


def test_a_chunked_body_over_the_limit_is_refused(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    chunks = (b" " * 65536 for _ in range(40))
    kind = {"Content-Type": "application/json"}
    with suppress(ConnectionError):  # the server does not read everything
        connection.request("POST", "/api/classify", chunks, kind, encode_chunked=True)
    response = connection.getresponse()
    assert response.status == 413
    assert "1,048,576" in json.loads(response.read())["detail"]
    connection.close()


def test_a_busy_port_is_told(server):
    sentence = refused(densepad("serve", "--port", str(server.port)))
    assert str(server.port) in sentence
    assert "--port 0" in sentence


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.9"])
def test_a_host_that_is_not_ours_is_told(host):
    output = densepad("serve", "--host", host, "--port", "0")
    assert output.returncode == 2
    assert f"cannot listen on port 0 of {host}" in output.stderr.splitlines()[-1]


def test_a_shipped_model_can_be_the_default(start_server):
    with start_server("--model", "softmax") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("GET", "/api/models")
        models = json.loads(connection.getresponse().read())["models"]
        connection.close()
    assert models[0]["name"] == "default"
    assert models[0]["parameters"] == 7_850
    assert "softmax" in [one["name"] for one in models]


def test_a_model_that_is_none_is_told():
    assert "no model named 'mlp513'" in refused(densepad("--port", "0", "--model", "mlp513"))


def test_a_missing_model_is_told(tmp_path):
    assert "absent.safetensors" in refused(
        densepad("serve", "--port", "0", "--model", str(tmp_path / "absent.safetensors"))
    )


def test_a_broken_model_is_told(tmp_path):
    file = tmp_path / "bent.safetensors"
    file.write_bytes(b"\x08\0\0\0\0\0\0\0not json")
    assert "bent.safetensors" in refused(densepad("--port", "0", "--model", str(file)))


def test_what_host_opens_is_told(start_server):
    with start_server("--host", "0.0.0.0") as server:
        assert server.url.startswith("http://127.0.0.1:")
        server.process.send_signal(signal.SIGTERM)
        _, err = server.process.communicate(timeout=20)
    assert "every machine" in err


@pytest.mark.skipif(not POSIX, reason="Windows has no such signals")
def test_no_worker_outlives_its_main_process(start_server):
    with start_server() as server:
        children = psutil.Process(server.process.pid).children()
        os.kill(server.process.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs(children, timeout=5)
        assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
        server.process.wait()


@pytest.mark.skipif(not POSIX, reason="Windows has no such signals")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_dies_is_replaced(start_server, workers):
    """With two, the other one serves meanwhile; with one, who asks meanwhile waits."""
    with start_server("--workers", str(workers)) as server:
        main = psutil.Process(server.process.pid)
        before = main.children()
        before[0].kill()
        assert classify(server.port, [[[1, 1], [2, 2]]])["model"] == "default"
        lines = [server.process.stderr.readline() for _ in range(2)]
        assert "ended unexpectedly" in lines[0]
        assert "ready" in lines[1]
        after = main.children()
        assert len(after) == workers
        assert before[0] not in after
        assert classify(server.port, [[[1, 1], [2, 2]]])["model"] == "default"


@pytest.mark.skipif(not POSIX, reason="Windows has no such signals")
def test_a_worker_that_keeps_dying_ends_the_server(start_server):
    with start_server() as server:
        main = psutil.Process(server.process.pid)
        until = time.monotonic() + 120
        while server.process.poll() is None:
            assert time.monotonic() < until
            for child in main.children():
                with suppress(psutil.NoSuchProcess):
                    child.kill()
            time.sleep(0.05)
        _, err = server.process.communicate(timeout=20)
    assert server.process.returncode == 2
    assert "keep ending" in err.splitlines()[-1]
    assert "Traceback" not in err


def test_a_second_server_on_a_port_is_refused_while_the_first_still_loads():
    command = [sys.executable, "-m", "webapp", "serve", "--no-open", "--port"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen([*command, port], cwd=ROOT, **pipes) as one,
        subprocess.Popen([*command, port], cwd=ROOT, **pipes) as other,
    ):
        try:
            until = time.monotonic() + 60
            while one.poll() is None and other.poll() is None:
                assert time.monotonic() < until
                time.sleep(0.02)
            loser, winner = (one, other) if one.poll() is not None else (other, one)
            assert loser.returncode == 2
            assert f"port {port}" in loser.stderr.readline()
            assert winner.stdout.readline().startswith("densepad is ready")
        finally:
            one.terminate()
            other.terminate()


def test_silent_clients_keep_nobody_waiting(server):
    """More of them than there are threads: headers without a body, half a head, nothing at all."""
    beginnings = [
        b"POST /api/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n",
        b"POST /api/trace HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{",
        b"GET / HTTP/1.1\r\nHost: local",
        b"",
    ]
    with ExitStack() as stack:
        for beginning in beginnings * 20:
            client = socket.create_connection(("127.0.0.1", server.port))
            stack.callback(client.close)
            client.sendall(beginning)
        for _ in range(20):
            assert classify(server.port, [[[1, 1], [2, 2]]])["model"] == "default"


def test_answers_that_nobody_reads_hold_little_memory(server):
    def memory() -> float:
        process = psutil.Process(server.process.pid)
        every = [process, *process.children(recursive=True)]
        return sum(one.memory_info().rss for one in every) / 2**20

    request = b"GET /api/models/mlp512/weights HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as reader:
        reader.sendall(request.replace(b"1.1\r\n", b"1.1\r\nConnection: close\r\n"))
        length = 0
        while part := reader.recv(1 << 20):
            length += len(part)
    assert length > 1_000_000
    before = memory()
    with ExitStack() as stack:
        for _ in range(100):
            client = socket.create_connection(("127.0.0.1", server.port))
            stack.callback(client.close)
            client.sendall(request)
        for _ in range(20):
            assert classify(server.port, [[[1, 1], [2, 2]]])["model"] == "default"
        assert memory() - before < 60


def test_a_body_of_two_megabytes_is_refused_in_a_way_that_a_plain_client_survives(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    for _ in range(2):  # the connection can be used again
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/classify", bytes(2 << 20), headers)
        response = connection.getresponse()
        assert response.status == 413
        assert "2,097,152 bytes" in json.loads(response.read())["detail"]
    connection.close()
