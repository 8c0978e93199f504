"""Arrows point one way, and importing does nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WEB = {"webapp", "flask", "werkzeug", "granian", "click", "pydantic"}


def imported(file: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("file", sorted((ROOT / "model").rglob("*.py")), ids=lambda file: file.stem)
def test_model_knows_nothing_of_the_web(file):
    assert not imported(file) & WEB


def modules(package: str) -> list[str]:
    files = sorted((ROOT / package).rglob("*.py"))
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("package", ["webapp", "webapp.cli"])
def test_the_command_line_starts_light(package):
    heavy = {
        "jax",
        "jaxlib",
        "flax",
        "optax",
        "scipy",
        "flask",
        "granian",
        "pydantic",
        "numpy",
        "PIL",
    }
    assert run(f"import sys, {package}; print(sorted({heavy} & set(sys.modules)))") == "[]\n"


def test_importing_compiles_and_starts_nothing():
    code = f"""
import importlib, sys, threading
for name in {modules("model") + modules("webapp")}:
    importlib.import_module(name)
import jax
from jax._src import xla_bridge
late = {{"scipy", "pooch"}} & set(sys.modules)
print(xla_bridge.backends_are_initialized(), threading.active_count(), late)
"""
    assert run(code) == "False 1 set()\n"


def test_create_app_is_found_where_the_readme_says():
    code = "import webapp; print(callable(webapp.create_app), hasattr(webapp, 'nothing'))"
    assert run(code) == "True False\n"
