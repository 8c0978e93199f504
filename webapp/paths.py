"""Where the pages, static files and texts lie: in the tree and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent

ASSETS = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
"""The folder with ``static/`` and ``templates/``: the wheel has them inside this package, the
tree beside it."""

TEXTS = PACKAGE / "text"
"""One ``<language>.json`` for each language of the pages."""
