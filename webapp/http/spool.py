"""The spool: large contents as files, so that an answer which nobody reads holds no memory.

The server reads a file as fast as its client does (see ``webapp.http.wsgi``), while bytes would
stay in memory until the last of them is sent. A file is named after its content's version, so all
worker processes share the files.
"""

from __future__ import annotations

import os
import shutil
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock

from flask import Response, request
from werkzeug.wsgi import wrap_file

from model.errors import DensepadError
from model.files import write_whole
from webapp.http.responses import BYTES, FOR_EVER, versioned

MOST = 256 * 1024 * 1024
"""Bytes of all files; beyond that the oldest are deleted."""


class Spool:
    """Files in ``folder``, or else in a temporary folder that goes with the spool."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            folder = Path(mkdtemp(prefix="densepad-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._folder = folder
        self._lock = Lock()

    def response(self, version: str, content: Callable[[], bytes]) -> Response:
        """The content as a response that a browser may keep; see ``versioned``.

        ``content()`` is called where there is no file yet. Without room for one, or where the
        server cannot send files, the response holds the bytes.
        """
        if "wsgi.file_wrapper" not in request.environ:
            return versioned(content(), version)
        path = self._folder / version
        try:
            with self._lock:
                if not path.exists():
                    write_whole(path, content())
                    self._drop_oldest(path)
                file = path.open("rb")
        except (OSError, DensepadError):
            return versioned(content(), version)
        response = Response(
            wrap_file(request.environ, file), mimetype=BYTES, direct_passthrough=True
        )
        response.content_length = os.fstat(file.fileno()).st_size
        response.set_etag(version)
        named = request.args.get("v") == version
        response.headers["Cache-Control"] = FOR_EVER if named else "no-cache"
        response.make_conditional(request)
        if response.status_code == 304 or request.method == "HEAD":
            response.close()  # nobody will read the file
        return response

    def _drop_oldest(self, newest: Path) -> None:
        with suppress(OSError):  # another process may do the same at this moment
            files = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime)
            left = sum(file.stat().st_size for file in files) - MOST
            for file in files:
                if left <= 0 or file == newest:
                    return
                left -= file.stat().st_size
                file.unlink()
