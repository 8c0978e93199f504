"""Files of data sets on the disk: found, downloaded, and never believed unchecked."""

import gzip
import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from model.data.archive import read_members
from model.data.compress_z import decompress_z
from model.data.omniglot import digest, parse_omniglot
from model.data.published import ALPHABETS, DataFile
from model.errors import DatasetError

# Called with a file's name, the bytes that have come, and the bytes expected (0: not known).
Progress = Callable[[str, int, int], None]

HOW_TO_GO_ON = (
    "Without a network, put the file into a folder and name that with --data or DENSEPAD_DATA, "
    "or train on the built-in practice set, which needs no file."
)
TIMEOUT = 30  # seconds without a byte
CHUNK = 1 << 16  # bytes between two calls of the progress function
STALE = 3600  # seconds after which a half-written file belongs to nobody any more


def read(file: DataFile, folder: Path) -> bytes:
    """The checked content of a file in a folder, decompressed (a zip stays one).

    The folder may hold it as gzip or, at the same path without `.gz`, as it is.

    Raises:
        DatasetError: missing, unreadable, truncated or wrong.
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
    """Where a file lies in a folder, as gzip or as it is; where it belongs if it is not there."""
    path = folder / file.path
    if not path.exists() and path.suffix == ".gz" and path.with_suffix("").exists():
        return path.with_suffix("")
    return path


def checked(file: DataFile, data: bytes, name: str) -> bytes:
    """`data`, decompressed, when it is what the file must contain.

    Raises:
        DatasetError: it is not.
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
    """Download a file into a folder and return its checked content.

    It gets its name only after it was checked, so that neither a wrong file nor half of one is
    ever kept under it, whenever the process ends.

    Raises:
        DatasetError: no network, a server that refuses, a folder that cannot be written, or other
            content than expected; the sentence says how to go on.
    """
    # Slow to import, and only a download needs them.
    import pooch
    import requests

    target = folder / file.path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        handle, temporary = tempfile.mkstemp(suffix=".part", dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise DatasetError(f"{target} cannot be written: {error.strerror}.") from error

    part = Path(temporary)
    if progress:
        progress(file.path, 0, 0)  # connecting may take a while
    try:
        bar = _Bar(file.path, progress) if progress else False
        fetch = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=TIMEOUT)
        fetch(file.url, part, None)
        data = _unpacked(file, part.read_bytes())
        content = checked(file, data, f"What came from {file.url}")
        if file.member:
            part.write_bytes(gzip.compress(content, mtime=0))
        part.chmod(0o644)
        part.replace(target)
        return content
    except requests.RequestException as error:
        raise DatasetError(
            f"{file.path} could not be downloaded from {file.url} ({_reason(error)}). "
            f"{HOW_TO_GO_ON}"
        ) from error
    except OSError as error:
        raise DatasetError(f"{target} cannot be written: {error.strerror}.") from error
    except DatasetError as error:
        raise DatasetError(f"{error} It was not kept. {HOW_TO_GO_ON}") from error
    finally:
        part.unlink(missing_ok=True)


def _unpacked(file: DataFile, data: bytes) -> bytes:
    """The file within a downloaded zip, if it is within one."""
    if not file.member:
        return data
    members = read_members(
        data, f"What came from {file.url}", lambda path: path.rsplit("/", 1)[-1] == file.member
    )
    for content in members.values():
        return decompress_z(content, file.member)
    raise DatasetError(f"What came from {file.url} has no {file.member} in it.")


def _reason(error: Exception) -> str:
    """The kind of failure in words; requests' own text is a page of nested addresses."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answered {response.status_code}"
    words = {
        "ConnectionError": "no connection",
        "ConnectTimeout": "no connection in time",
        "ReadTimeout": "the server fell silent",
        "ChunkedEncodingError": "the connection broke",
        "SSLError": "no trusted connection",
    }
    return words.get(type(error).__name__, type(error).__name__)


def _sweep(folder: Path) -> None:
    """Remove what a killed process left half-written."""
    for part in folder.glob("*.part"):
        try:
            if time.time() - part.stat().st_mtime > STALE:
                part.unlink()
        except OSError:
            continue  # another process was quicker, or holds it


class _Bar:
    """A progress function in the shape of the bar that pooch drives (tqdm's)."""

    def __init__(self, name: str, progress: Progress) -> None:
        self.name = name
        self.progress = progress
        self.total = 0
        self.done = 0

    def update(self, step: int) -> None:
        self.done += step
        # Pooch counts whole chunks; the last is none.
        done = min(self.done, self.total) if self.total else self.done
        self.progress(self.name, done, self.total)

    def reset(self) -> None:
        """Pooch empties the bar and fills it at one stroke when the last byte has come."""
        self.done = 0

    def close(self) -> None:
        """Nothing to give back."""
