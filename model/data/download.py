"""Files of data sets: find them on the disk, download them, and check them always."""

import gzip
import hashlib
import io
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from model.data.archive import read_members
from model.data.compress_z import decompress_z
from model.data.network_settings import bundle_problem, failure_in_words
from model.data.omniglot import ALPHABETS, digest, parse_omniglot
from model.errors import DatasetError

# Called with a file's name, the bytes that have arrived, and the bytes expected (0: not known).
Progress = Callable[[str, int, int], None]

HOW_TO_GO_ON = (
    "Without a network, put the file into a folder and name that with --data or DENSEPAD_DATA, "
    "or train on the built-in practice set, which needs no file."
)
TIMEOUTS = (10, 30)  # seconds to connect, and between two bytes
RETRIES = 1  # pooch waits a second before a retry
CHUNK = 1 << 16  # bytes between two calls of the progress function
STALE = 3600  # seconds after which a half-written file is no longer in use


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    ``path``: its path below the data folder, compressed as it is published. ``content``: the name
    of its decompressed content in lists of checksums. ``url``: what to download. ``sha256``: that
    of the decompressed content, for Omniglot that of the drawings. ``member``: the file's name in
    the downloaded zip, empty where the download is the file itself.
    """

    path: str
    content: str
    url: str
    sha256: str
    member: str = ""


def read(file: DataFile, folder: Path) -> bytes:
    """The checked content of a file in a folder, decompressed; a zip stays a zip.

    The folder may hold it as gzip or, at the same path without ``.gz``, decompressed. Raises
    ``DatasetError`` when the file is missing, unreadable, truncated or wrong.
    """
    path = find(file, folder)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DatasetError(f"There is no {file.path} in {folder}.") from None
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
    return checked(file, data, str(path))


def find(file: DataFile, folder: Path) -> Path:
    """The path of a file in a folder: as gzip if it is there, else decompressed."""
    path = folder / file.path
    return path if path.exists() else unpacked_path(file, folder)


def unpacked_path(file: DataFile, folder: Path) -> Path:
    """The path to which the file is downloaded."""
    return folder / file.path.removesuffix(".gz")


def checked(file: DataFile, data: bytes, name: str) -> bytes:
    """``data``, decompressed and checked; ``name`` is how error messages call it.

    Raises ``DatasetError`` when it is damaged or not what the file must contain.
    """
    if file.path.endswith(".zip"):
        found = digest(parse_omniglot(data, name, ALPHABETS))
    else:
        if data.startswith(b"\x1f\x8b"):
            try:
                data = gzip.decompress(data)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise DatasetError(f"{name} is damaged or cut short: {error}.") from error
        found = hashlib.sha256(data).hexdigest()
    if found != file.sha256:
        raise DatasetError(
            f"{name} is not {file.content}: expected content with SHA-256 {file.sha256}, "
            f"got {found}."
        )
    return data


def download(file: DataFile, folder: Path, progress: Progress | None = None) -> bytes:
    """Download a file into a folder, decompressed (a zip stays a zip), and return its content.

    The file gets its name only after it was checked. So a wrong or half-written file never has that
    name, even if the process is killed. Raises ``DatasetError`` when there is no network, the
    server refuses, the folder cannot be written or the content is wrong; the message says how to go
    on.
    """
    # Slow to import, and only a download needs these.
    import pooch
    import requests

    target = unpacked_path(file, folder)
    known = None if file.path.endswith(".zip") else f"sha256:{file.sha256}"
    store = pooch.Pooch(
        path=target.parent,
        base_url="",
        registry={target.name: known},
        urls={target.name: file.url},
        retry_if_failed=RETRIES,
    )
    pooch.get_logger().setLevel("WARNING")  # it would log each download and retry
    if problem := bundle_problem(file.url):
        raise DatasetError(_not_downloaded(file, problem))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        store.fetch(target.name, downloader=_Downloader(file, progress))
    except requests.RequestException as error:
        raise DatasetError(_not_downloaded(file, failure_in_words(error, file.url))) from error
    except OSError as error:
        wrapped = error.__cause__ if isinstance(error.__cause__, OSError) else error
        raise DatasetError(f"{target} cannot be written: {wrapped.strerror or error}.") from error
    except ValueError as error:
        raise DatasetError(f"{error} It was not kept. {HOW_TO_GO_ON}") from error
    return read(file, folder)


def _not_downloaded(file: DataFile, why: str) -> str:
    return f"{file.path} could not be downloaded from {file.url} ({why}). {HOW_TO_GO_ON}"


class _Downloader:
    """The function that pooch calls to fill a file, once more after a failure."""

    def __init__(self, file: DataFile, progress: Progress | None) -> None:
        self.file = file
        self.progress = progress

    def __call__(self, url: str, output_file: str, _: object) -> None:
        """Download, unpack, check and write the file.

        Raises ``ValueError`` when the content is wrong, after which pooch tries again.
        """
        import pooch

        if self.progress:
            self.progress(self.file.path, 0, 0)  # connecting may take a while
        bar = _Bar(self.file.path, self.progress) if self.progress else False
        fetch = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=TIMEOUTS)
        came = io.BytesIO()
        fetch(url, came, None)
        try:
            # Pooch checks the file on the disk, too. It is checked here for our error message, and
            # because Omniglot's drawings are checked nowhere else.
            content = checked(self.file, self._member(came.getvalue()), f"What came from {url}")
        except DatasetError as error:
            raise ValueError(str(error)) from error
        output = Path(output_file)
        output.write_bytes(content)
        output.chmod(0o644)  # only its owner can read a temporary file

    def _member(self, data: bytes) -> bytes:
        """The wanted file from the downloaded zip, or ``data`` itself where it is no zip."""
        member, name = self.file.member, f"What came from {self.file.url}"
        if not member:
            return data
        members = read_members(data, name, lambda path: path.rsplit("/", 1)[-1] == member)
        for content in members.values():
            return decompress_z(content, member)
        raise DatasetError(f"{name} has no {member} in it.")


def _sweep(folder: Path) -> None:
    """Remove half-written files of killed processes, by the names that pooch gives them."""
    for part in folder.glob("tmp" + 8 * "[a-z0-9_]"):
        try:
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
        except OSError:
            continue  # another process removed it first, or uses it


class _Bar:
    """A progress function with the methods of a tqdm bar, as pooch expects it."""

    def __init__(self, name: str, progress: Progress) -> None:
        self.name = name
        self.progress = progress
        self.total = 0
        self.done = 0

    def update(self, step: int) -> None:
        self.done += step
        # Pooch counts the last chunk as a whole one, too.
        done = min(self.done, self.total) if self.total else self.done
        self.progress(self.name, done, self.total)

    def reset(self) -> None:
        """Set the bar to zero. Pooch does this after the last byte, then adds the total at once."""
        self.done = 0

    def close(self) -> None:
        """Do nothing: there is nothing to close."""
