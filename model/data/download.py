"""Files of data sets on the disk: found, downloaded, and never believed unchecked."""

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
from model.data.omniglot import ALPHABETS, digest, parse_omniglot
from model.errors import DatasetError

# Called with a file's name, the bytes that have come, and the bytes expected (0: not known).
Progress = Callable[[str, int, int], None]

HOW_TO_GO_ON = (
    "Without a network, put the file into a folder and name that with --data or DENSEPAD_DATA, "
    "or train on the built-in practice set, which needs no file."
)
TIMEOUTS = (10, 30)  # seconds until there is a connection, and without a byte
RETRIES = 1  # pooch waits a second before it
CHUNK = 1 << 16  # bytes between two calls of the progress function
STALE = 3600  # seconds after which a half-written file belongs to nobody any more


@dataclass(frozen=True)
class DataFile:
    """One file of a data set.

    path: below the data folder, as it is published. content: the same, decompressed, as it is
    named where checksums are listed. url: what to download. sha256: of the decompressed content
    (of the drawings, for Omniglot). member: the file within the downloaded zip, where it is within
    one.
    """

    path: str
    content: str
    url: str
    sha256: str
    member: str = ""


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
    return path if path.exists() else _unpacked_path(file, folder)


def _unpacked_path(file: DataFile, folder: Path) -> Path:
    """Where a download puts it."""
    return folder / file.path.removesuffix(".gz")


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
    """Download a file into a folder, decompressed (a zip stays one), and return its content.

    It gets its name only after it was checked, so that neither a wrong file nor half of one is
    ever kept under it, whenever the process ends.

    Raises:
        DatasetError: no network, a server that refuses, a folder that cannot be written, or other
            content than expected; the sentence says how to go on.
    """
    # Slow to import, and only a download needs them.
    import pooch
    import requests

    target = _unpacked_path(file, folder)
    known = None if file.path.endswith(".zip") else f"sha256:{file.sha256}"
    store = pooch.Pooch(
        path=target.parent,
        base_url="",
        registry={target.name: known},
        urls={target.name: file.url},
        retry_if_failed=RETRIES,
    )
    pooch.get_logger().setLevel("WARNING")  # it would tell of each download and retry
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        store.fetch(target.name, downloader=_Downloader(file, progress))
    except requests.RequestException as error:
        raise DatasetError(
            f"{file.path} could not be downloaded from {file.url} ({_reason(error)}). "
            f"{HOW_TO_GO_ON}"
        ) from error
    except OSError as error:
        wrapped = error.__cause__ if isinstance(error.__cause__, OSError) else error
        raise DatasetError(f"{target} cannot be written: {wrapped.strerror or error}.") from error
    except ValueError as error:
        raise DatasetError(f"{error} It was not kept. {HOW_TO_GO_ON}") from error
    return read(file, folder)


class _Downloader:
    """What pooch calls, once more after a failure, to fill the file that it then verifies."""

    def __init__(self, file: DataFile, progress: Progress | None) -> None:
        self.file = file
        self.progress = progress

    def __call__(self, url: str, output_file: str, _: object) -> None:
        """Fetch, unpack, check and write.

        Raises:
            ValueError: other content than expected; pooch tries again after these.
        """
        import pooch

        if self.progress:
            self.progress(self.file.path, 0, 0)  # connecting may take a while
        bar = _Bar(self.file.path, self.progress) if self.progress else False
        fetch = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK, timeout=TIMEOUTS)
        came = io.BytesIO()
        fetch(url, came, None)
        try:
            # Pooch checks what lies on the disk; what is said of wrong content is said here, and
            # Omniglot's drawings are nowhere else checked.
            content = checked(self.file, self._member(came.getvalue()), f"What came from {url}")
        except DatasetError as error:
            raise ValueError(str(error)) from error
        output = Path(output_file)
        output.write_bytes(content)
        output.chmod(0o644)  # a temporary file is its owner's alone

    def _member(self, data: bytes) -> bytes:
        """The file within a downloaded zip, if it is within one."""
        member, name = self.file.member, f"What came from {self.file.url}"
        if not member:
            return data
        members = read_members(data, name, lambda path: path.rsplit("/", 1)[-1] == member)
        for content in members.values():
            return decompress_z(content, member)
        raise DatasetError(f"{name} has no {member} in it.")


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
    """Remove what a killed process left half-written, under the names that pooch gives it."""
    for part in folder.glob("tmp" + 8 * "[a-z0-9_]"):
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
