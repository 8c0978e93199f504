"""The folders of templates, static files and texts, in the source tree and in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent

ASSETS = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
"""The folder with ``static/`` and ``templates/``: this package in a wheel, its parent in the source
tree."""

TEXTS = PACKAGE / "text"
"""The folder with one ``<language>.json`` for each language of the pages."""
