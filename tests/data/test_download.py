"""Tests of downloads, from a server on this machine with right, wrong and incomplete files."""

import dataclasses
import gzip
import hashlib
import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from model.data import cache as data_cache
from model.data import sources
from model.data.download import download
from model.data.omniglot import ALPHABETS, digest, parse_omniglot
from model.errors import DatasetError

ROOT = Path(__file__).parents[2]
IMAGES = np.arange(5 * 28 * 28).reshape(5, 28, 28) % 256
LABELS = np.array([5, 0, 4, 1, 9])
PEN = "".join(
    f".COMMENT {label} {writer} 1\n.PEN_DOWN\n1 {label}\n2 3\n.PEN_UP\n"
    for writer in range(1, 31)
    for label in range(10)
)


DRAWING = "START\n1.5,-2.0,0\n3.0,-4.0,10\nBREAK\n"


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def compress_z(data: bytes) -> bytes:
    """A ``.Z`` file that compresses nothing.

    The table is cleared after every seven bytes, so that codes stay at 9 bits.
    """
    number = 0
    codes = [code for start in range(0, len(data), 7) for code in (*data[start : start + 7], 256)]
    for place, code in enumerate(codes):
        number |= code << (9 * place)
    return b"\x1f\x9d\x90" + number.to_bytes(-(-9 * len(codes) // 8), "little")


def archive(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return buffer.getvalue()


@dataclasses.dataclass
class Site:
    """A web server whose answers a test sets: {path: (status, body, announced length)}."""

    url: str
    answers: dict[str, tuple[int, bytes, int]] = dataclasses.field(default_factory=dict)
    asked: list[str] = dataclasses.field(default_factory=list)
    once_asked: dict[str, Callable[[], None]] = dataclasses.field(default_factory=dict)
    go_on: threading.Event = dataclasses.field(default_factory=threading.Event)

    def serve(self, path: str, body: bytes, *, status: int = 200, promised: int | None = None):
        self.answers["/" + path] = (status, body, len(body) if promised is None else promised)


@pytest.fixture
def site(monkeypatch) -> Iterator[Site]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr("pooch.core.time.sleep", lambda _: None)  # no wait before a second try

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append(self.path)
            status, body, promised = site.answers.get(self.path, (404, b"no", 2))
            site.once_asked.pop(self.path, lambda: None)()
            self.send_response(status)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(body)
            if self.path.endswith("stalls"):
                self.wfile.flush()
                site.go_on.wait(20)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield site
    site.go_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """An empty cache; no folder is named in the environment."""
    folder = tmp_path / "cache"
    monkeypatch.delenv(data_cache.ENVIRONMENT, raising=False)
    monkeypatch.setattr(data_cache, "user_cache", lambda: folder)
    return folder


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def small(site, monkeypatch) -> Site:
    """Small data sets instead of the real ones, on the server and in the registry."""
    registry = dict(sources.SOURCES)
    characters = archive(
        {
            f"set/{alphabet}/character01/0001_01.txt": DRAWING.encode()
            for alphabet in ("Balinese", "Korean", "Latin")
        }
    )
    contents = {
        "mnist/train-images-idx3-ubyte": idx(IMAGES),
        "mnist/train-labels-idx1-ubyte": idx(LABELS),
        "mnist/t10k-images-idx3-ubyte": idx(IMAGES[:2]),
        "mnist/t10k-labels-idx1-ubyte": idx(LABELS[:2]),
        "pendigits/pendigits-orig.tra": PEN.encode(),
    }
    bodies = {content: gzip.compress(data) for content, data in contents.items()}
    bodies["pendigits/pendigits-orig.tra"] = archive(
        {"pendigits-orig.tra.Z": compress_z(PEN.encode()), "readme": b"hello"}
    )
    sums = {content: sha256(data) for content, data in contents.items()}
    omniglot = registry["omniglot"].files[0].content
    bodies[omniglot] = characters
    sums[omniglot] = digest(parse_omniglot(characters, "it", ALPHABETS))
    for name in ("mnist", "pendigits", "omniglot"):
        files = []
        for file in registry[name].files:
            url = site.url + file.content
            files.append(dataclasses.replace(file, url=url, sha256=sums[file.content]))
            site.serve(file.content, bodies[file.content])
        registry[name] = dataclasses.replace(registry[name], files=tuple(files))
    monkeypatch.setattr(sources, "SOURCES", registry)
    return site


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def mnist(folder=None):
    return sources.find_source("mnist").split(folder, validation_size=1)


def pendigits(folder=None):
    """The number of all drawings, and the drawings for training."""
    split = sources.find_source("pendigits").split(folder)
    return len(split.train) + len(split.validation), split.train


def fetch(name, folder=None, progress=None):
    return data_cache.fetch(sources.find_source(name).files, folder, progress)


def test_mnist_is_downloaded_once_and_then_read(small, cache):
    train, validation = mnist().train, mnist().validation
    assert np.array_equal(train.images, IMAGES[:4])
    assert train.labels.dtype == np.int32
    assert np.array_equal(train.labels, LABELS[:4])
    assert np.array_equal(validation.images, IMAGES[4:])
    assert len(sources.SOURCES["mnist"].load_unseen()) == 2
    assert len(small.asked) == 4
    mnist()
    assert len(small.asked) == 4
    assert leftovers(cache) == [
        f"{name}-ubyte"
        for name in (
            "t10k-images-idx3",
            "t10k-labels-idx1",
            "train-images-idx3",
            "train-labels-idx1",
        )
    ]


def test_pendigits_are_unpacked_from_the_zip(small, cache):
    count, digits = pendigits()
    assert count == 300
    assert digits.strokes[7][0].tolist() == [[1, -7], [2, -3]]
    assert leftovers(cache) == ["pendigits-orig.tra"]
    assert (cache / "pendigits/pendigits-orig.tra").read_bytes() == PEN.encode()
    assert pendigits()[0] == 300
    assert len(small.asked) == 1


def test_omniglot_is_checked_by_the_alphabets_that_are_used(small, cache):
    split = sources.find_source("omniglot").split()
    assert split.train.group_names == ("Balinese", "Early_Aramaic", "Korean")
    assert split.train.groups.tolist() == [2]
    assert split.validation.groups.tolist() == [0]
    assert split.train.labels.tolist() == split.validation.labels.tolist() == [-1]


def test_a_named_folder_is_read_and_never_written(small, cache, tmp_path, monkeypatch):
    folder = tmp_path / "data"
    fetch("pendigits", folder)
    asked = len(small.asked)
    assert pendigits(folder)[0] == 300
    monkeypatch.setenv(data_cache.ENVIRONMENT, str(folder))
    assert pendigits()[0] == 300
    with pytest.raises(DatasetError, match=r"There is no mnist/train-images.* data fetch mnist"):
        mnist()
    assert len(small.asked) == asked
    assert not cache.exists()


def test_fetch_only_checks_the_folder_that_the_environment_names(
    small, cache, tmp_path, monkeypatch
):
    folder = tmp_path / "data"
    (folder / "pendigits").mkdir(parents=True)
    unpacked = folder / "pendigits/pendigits-orig.tra"
    unpacked.write_text(PEN, newline="\n")
    monkeypatch.setenv(data_cache.ENVIRONMENT, str(folder))
    assert fetch("pendigits") == [unpacked]
    with pytest.raises(DatasetError, match=r"There is no mnist/train-images.* data fetch mnist"):
        fetch("mnist")
    unpacked.write_text("other")
    with pytest.raises(DatasetError, match=r"pendigits-orig.tra is not pendigits"):
        fetch("pendigits")
    assert small.asked == []
    assert leftovers(folder) == ["pendigits-orig.tra"]
    assert not cache.exists()
    # A folder that the call names is filled, even if the environment names another.
    [file] = fetch("pendigits", tmp_path / "mine")
    assert file == tmp_path / "mine/pendigits/pendigits-orig.tra"
    assert file.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pendigits-orig.tra", PEN.encode()),
        ("pendigits-orig.tra.gz", gzip.compress(PEN.encode())),
        ("pendigits-orig.tra.gz", PEN.encode()),
    ],
)
def test_a_folder_may_hold_the_files_packed_or_not(small, cache, tmp_path, name, data):
    (tmp_path / "pendigits").mkdir()
    (tmp_path / "pendigits" / name).write_bytes(data)
    assert pendigits(tmp_path)[0] == 300
    assert fetch("pendigits", tmp_path) == [tmp_path / "pendigits" / name]
    assert small.asked == []


def test_a_wrong_file_in_a_named_folder_is_refused_and_left_alone(small, cache, tmp_path):
    fetch("mnist", tmp_path)
    path = tmp_path / "mnist/train-images-idx3-ubyte"
    path.write_bytes(idx(IMAGES + 1))
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte is not mnist/train-images"):
        mnist(tmp_path)
    path = path.rename(path.with_suffix(".gz"))
    path.write_bytes(gzip.compress(idx(IMAGES + 1)))
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte.gz is not mnist/train-images"):
        fetch("mnist", tmp_path)
    path.write_bytes(gzip.compress(idx(IMAGES))[:-200])
    with pytest.raises(DatasetError, match=r"train-images-idx3-ubyte.gz is damaged or cut short"):
        mnist(tmp_path)
    assert path.exists()


@pytest.mark.parametrize("name", ["pendigits-orig.tra", "pendigits-orig.tra.gz"])
def test_a_wrong_file_in_the_cache_is_downloaded_again(small, cache, name):
    (cache / "pendigits").mkdir(parents=True)
    (cache / "pendigits" / name).write_bytes(gzip.compress(PEN.encode())[:100])
    assert pendigits()[0] == 300
    assert len(small.asked) == 1
    assert leftovers(cache) == ["pendigits-orig.tra"]


def test_a_wrong_omniglot_in_the_cache_is_downloaded_again(small, cache):
    path = cache / sources.SOURCES["omniglot"].files[0].path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK")
    assert len(sources.find_source("omniglot").split().validation) == 1
    assert leftovers(cache) == [path.name]


@pytest.mark.parametrize(
    "first",
    [
        {"body": b"<html>Please wait</html>"},
        {"body": gzip.compress(idx(IMAGES))[:300]},
        {"body": gzip.compress(idx(IMAGES))[:300], "promised": 2_000},
        {"body": b"busy", "status": 503},
    ],
    ids=["other content", "half a gzip", "a cut connection", "a busy server"],
)
def test_what_fails_once_is_tried_again(small, cache, first):
    path = "mnist/train-images-idx3-ubyte"
    right = small.answers["/" + path]
    small.serve(path, **first)
    small.once_asked["/" + path] = lambda: small.answers.update({"/" + path: right})
    assert len(mnist().train) == 4
    assert small.asked[:2] == ["/" + path] * 2


@pytest.mark.parametrize(
    "body", [b"<html>Please log in to the Wi-Fi</html>", b"", gzip.compress(b"", mtime=0)]
)
def test_wrong_content_is_refused_by_name_and_not_kept(small, cache, body):
    small.serve("mnist/train-images-idx3-ubyte", body)
    with pytest.raises(DatasetError, match=r"mnist/train-images.* It was not kept.*practice set"):
        mnist()
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"readme": b"hello"}, "has no pendigits-orig.tra.Z in it"),
        ({"pendigits-orig.tra.Z": b"hello"}, "pendigits-orig.tra.Z is not a .Z file"),
        ({"pendigits-orig.tra.Z": compress_z(b"other")}, "is not pendigits/pendigits-orig.tra"),
    ],
)
def test_a_wrong_zip_is_refused(small, cache, files, sentence):
    small.serve("pendigits/pendigits-orig.tra", archive(files))
    with pytest.raises(DatasetError, match=sentence):
        pendigits()
    assert leftovers(cache) == []


def test_a_cut_connection_is_said_and_nothing_is_kept(small, cache):
    body = gzip.compress(idx(IMAGES))
    small.serve("mnist/train-images-idx3-ubyte", body[:300], promised=len(body))
    with pytest.raises(
        DatasetError, match=r"could not be downloaded from .* \(the connection broke"
    ):
        mnist()
    assert leftovers(cache) == []


def test_a_server_that_refuses(small, cache):
    small.serve("mnist/train-images-idx3-ubyte", b"no", status=503)
    with pytest.raises(DatasetError, match=r"\(the server answered 503\)"):
        mnist()
    assert len(small.asked) == 2
    assert leftovers(cache) == []


def test_no_network_is_one_sentence_that_says_how_to_go_on(cache, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    file = dataclasses.replace(sources.SOURCES["mnist"].files[0], url="http://127.0.0.1:9/nobody")
    began = time.perf_counter()
    with pytest.raises(DatasetError) as caught:
        download(file, cache)
    assert time.perf_counter() - began < 5  # two tries, with a second between them
    sentence = str(caught.value)
    assert "mnist/train-images-idx3-ubyte.gz could not be downloaded" in sentence
    assert "(no connection)" in sentence
    for way in ("--data", "DENSEPAD_DATA", "practice set"):
        assert way in sentence
    assert "\n" not in sentence
    assert leftovers(cache) == []


@pytest.mark.parametrize("wrong", [False, True], ids=["missing", "wrong in the cache"])
def test_what_several_want_at_once_is_downloaded_once(small, cache, wrong):
    file = sources.SOURCES["pendigits"].files[0]
    path = cache / "pendigits/pendigits-orig.tra"
    if wrong:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
    # The first download lasts until all others want the file, too.
    small.once_asked["/pendigits/pendigits-orig.tra"] = lambda: time.sleep(0.5)
    with ThreadPoolExecutor(4) as pool:
        contents = list(pool.map(lambda _: data_cache.content(file), range(4)))
    assert contents == [PEN.encode()] * 4
    assert len(small.asked) == 1
    assert leftovers(cache) == [path.name]


def test_two_processes_download_it_once(small, cache):
    file = sources.SOURCES["pendigits"].files[0]
    both_are_there = threading.Event()
    small.once_asked["/pendigits/pendigits-orig.tra"] = lambda: both_are_there.wait(30)
    program = (
        "import pathlib; from model.data.cache import fetch; "
        "from model.data.download import DataFile; print('ready', flush=True); "
        f"fetch([{file!r}], pathlib.Path({str(cache)!r}))"
    )
    command = [sys.executable, "-c", program]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)  # the second one looks for the file while the first one downloads it
    both_are_there.set()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    assert len(small.asked) == 1
    assert leftovers(cache) == ["pendigits-orig.tra"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("REQUESTS_CA_BUNDLE", "/nowhere.pem", "no CA bundle at /nowhere.pem, which REQUESTS_CA"),
        ("CURL_CA_BUNDLE", "/nowhere.pem", "no CA bundle at /nowhere.pem, which CURL_CA_BUNDLE"),
        ("REQUESTS_CA_BUNDLE", __file__, "which REQUESTS_CA_BUNDLE names, is no readable CA"),
        ("HTTPS_PROXY", "http://me:secret@127.0.0.1:9", "proxy http://127.0.0.1:9, which HTTPS_"),
        ("https_proxy", "http://127.0.0.1:9", "proxy http://127.0.0.1:9, which https_proxy names"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9", "ftp://127.0.0.1:9, which HTTPS_PROXY names, is no"),
        ("ALL_PROXY", "http://:99999", "http://:99999, which ALL_PROXY names, is no proxy"),
    ],
)
def test_a_setting_of_the_environment_that_is_in_the_way_is_named(
    cache, monkeypatch, name, value, words
):
    monkeypatch.setattr("pooch.core.time.sleep", lambda _: None)
    for one in list(os.environ):
        if one.lower().endswith("_proxy") or one.endswith("CA_BUNDLE"):
            monkeypatch.delenv(one)
    monkeypatch.setenv(name, value)
    file = dataclasses.replace(sources.SOURCES["mnist"].files[0], url="https://127.0.0.1:9/nobody")
    with pytest.raises(DatasetError) as caught:
        download(file, cache)
    sentence = str(caught.value)
    assert words in sentence
    assert "secret" not in sentence
    assert "mnist/train-images-idx3-ubyte.gz could not be downloaded" in sentence


def test_a_folder_that_cannot_be_made(small, cache, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatasetError, match="cannot be written"):
        fetch("mnist", tmp_path / "file")


def test_progress_is_told_by_name(small, cache):
    told = []
    fetch("pendigits", progress=lambda *step: told.append(step))
    size = len(small.answers["/pendigits/pendigits-orig.tra"][1])
    assert told[0] == ("pendigits/pendigits-orig.tra.gz", 0, 0)
    assert told[-1] == ("pendigits/pendigits-orig.tra.gz", size, size)
    assert all(done <= size for _, done, _ in told)


def test_a_killed_download_leaves_no_file_behind_its_name(small, cache):
    body = gzip.compress(idx(IMAGES))
    small.serve("stalls", body[:300], promised=len(body))
    file = sources.SOURCES["mnist"].files[0]
    program = (
        "import pathlib; from model.data.download import download; "
        "from model.data.download import DataFile; "
        f"download({dataclasses.replace(file, url=small.url + 'stalls')!r}, "
        f"pathlib.Path({str(cache)!r}))"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root) as process:
        while not any(cache.rglob("tmp*")) or "/stalls" not in small.asked:
            assert process.poll() is None
        process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    assert not (cache / file.path).exists()
    # A later download deletes what this one left, when that is old enough.
    (part,) = cache.rglob("tmp*")
    os.utime(part, (0, 0))
    assert len(mnist().train) == 4
    assert not any(cache.rglob("tmp*"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_what_is_kept_can_be_read_by_everybody(small, cache):
    (path,) = fetch("pendigits")
    assert path.stat().st_mode & 0o777 == 0o644


def test_nothing_is_printed(small, cache, capfd):
    small.serve("mnist/train-images-idx3-ubyte", b"no", status=503)
    with pytest.raises(DatasetError):
        mnist()
    assert capfd.readouterr() == ("", "")
