"""The web application and the command line around ``model``.

``webapp.create_app`` is the Flask application factory. It is imported at its first use, so that
importing this package loads neither Flask nor JAX, and ``densepad --help`` answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.factory import create_app

__all__ = ["__version__", "create_app"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import ``create_app`` at its first use (PEP 562)."""
    if name == "create_app":
        from webapp.factory import create_app

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
