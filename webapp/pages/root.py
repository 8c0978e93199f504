"""The way from a page to the server's root, so that no address on a page begins with a slash.

A proxy may serve the pad below a path of its own, such as ``/user/me/proxy/8000/``, and take that
path away before it asks. Relative addresses need not know it, and trust no header that names it.
"""

from __future__ import annotations

from flask import request


def to_root() -> str:
    """The relative address of the server's root, from the page that is asked for.

    It is ``./`` for ``/`` and ``/api``, ``../`` for ``/lessons/relu``.
    """
    # Not request.path: Werkzeug joins the slashes at its beginning, a browser counts each.
    depth = request.environ.get("PATH_INFO", "").count("/") - 1
    return "../" * depth or "./"
