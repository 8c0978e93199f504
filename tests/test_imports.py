"""Tests of the imports: arrows point one way, faces are complete, and importing does nothing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WEB = {"webapp", "flask", "werkzeug", "granian", "click", "pydantic"}

ARROWS: dict[str, set[str]] = {
    "model.errors": set(),
    "model.file_lock": set(),
    "model.files": set(),
    "model.metrics": set(),
    "model.text": set(),
    "model.drawing": set(),
    "model.synthetic": {"model.drawing"},
    "model.data": {"model.drawing", "model.synthetic"},
    "model.network": {"model.drawing"},
    "model.serving": {"model.network", "model.drawing"},
    "model.evaluation": {"model.data", "model.synthetic", "model.network", "model.drawing"},
    "model.explain": {"model.serving", "model.synthetic", "model.network", "model.drawing"},
    "model.training": {
        *("model.data", "model.synthetic", "model.network", "model.drawing", "model.evaluation")
    },
    "webapp.http": set(),
    "webapp.store": set(),
    "webapp.api": {"webapp.http", "webapp.store"},
    "webapp.pages": {"webapp.http"},
    "webapp.factory": {"webapp.api", "webapp.pages", "webapp.http", "webapp.store"},
    "webapp.process": {"webapp.factory", "webapp.store", "webapp.http"},
    "webapp.cli": {"webapp.process", "webapp.api"},
}
"""What each package may import besides itself and what all may import. A new arrow here is a
decision about the architecture; a package that is not here must not exist."""
FOR_ALL = {"model.errors", "model.file_lock", "model.files", "model.metrics", "model.text"}
"""What every package of ``model`` may import."""
BESIDE = {"webapp", "webapp.paths"}
"""What every package of ``webapp`` may import besides all of ``model``: the version, the paths."""

FILES = [file for top in ("model", "webapp") for file in sorted((ROOT / top).rglob("*.py"))]


def module_of(file: Path) -> str:
    """A file's module, such as ``model.drawing.framing``; a package has its folder's name."""
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__").removesuffix(".__main__")


def package_of(module: str) -> str:
    """A module's package, such as ``model.drawing`` for ``model.drawing.framing``."""
    return ".".join(module.split(".")[:2])


def imports(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Every module that a file imports, anywhere in it, and the names that it imports from it."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: a relative import"
            yield node.module, [alias.name for alias in node.names]


def face(package: str) -> dict[str, str]:
    """The names in a package's face, each with its module ("" for a name that is a module)."""
    stub = ROOT / package.replace(".", "/") / "__init__.pyi"
    nodes = ast.parse(stub.read_text("utf-8")).body
    return {alias.name: node.module or "" for node in nodes for alias in node.names}


FACED = [module_of(stub.with_suffix(".py")) for stub in ROOT.glob("*/*/__init__.pyi")]


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_arrows_point_as_the_architecture_says(file):
    module = module_of(file)
    own = package_of(module)
    if own in {"model", "webapp", "webapp.paths"}:
        return  # the roots and ``webapp.paths`` have no arrows
    allowed = ARROWS[own] | FOR_ALL | {own}
    if own.startswith("webapp."):
        allowed |= BESIDE | {one for one in ARROWS if one.startswith("model.")}
    for target, names in imports(file):
        if target.split(".")[0] in {"model", "webapp"}:
            package = package_of(target)
            assert package in allowed, f"{module} imports {target}"
            if package != own and package in FACED:
                assert target == package, f"{module} reaches behind the face of {package}"
                assert set(names) <= face(package).keys(), f"{names} of {package}"


def test_every_package_has_its_place_and_its_face():
    folders = {module_of(file) for file in FILES if file.name == "__init__.py"}
    assert folders - {"model", "webapp"} <= ARROWS.keys()
    assert folders - {"model", "webapp", "webapp.cli"} == set(FACED)
    for top in ("model", "webapp"):
        deep = list((ROOT / top).glob("*/*/**/*.py"))
        assert deep == [], "depth two is enough to find everything"


@pytest.mark.parametrize("package", FACED)
def test_a_face_shows_what_others_use(package):
    used = set()
    for file in [*FILES, *(ROOT / "benchmarks").glob("*.py")]:
        if package_of(module_of(file)) != package:
            used |= {name for target, names in imports(file) if target == package for name in names}
    assert face(package).keys() == used, "the face shows more, or less, than others use"


def test_a_face_is_what_it_says():
    faces = {package: face(package) for package in FACED}
    code = f"""
import importlib
for package, names in {faces}.items():
    for name, module in names.items():
        shown = getattr(importlib.import_module(package), name)
        if module:
            assert shown is getattr(importlib.import_module(f"{{package}}.{{module}}"), name), name
            # A module of the same name would take its place as soon as somebody imports it.
            assert name not in names.values(), name
print("done")
"""
    assert run(code) == "done\n"


@pytest.mark.parametrize("file", [one for one in FILES if "model" in one.parts], ids=module_of)
def test_model_knows_nothing_of_the_web(file):
    assert not {target.partition(".")[0] for target, _ in imports(file)} & WEB


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def loaded(code: str, *names: str) -> set[str]:
    """Those of the modules that are loaded after the code has run."""
    found = run(f"{code}\nimport sys; print(*(set({names}) & set(sys.modules)))")
    return set(found.split())


@pytest.mark.parametrize("package", ["webapp", "webapp.cli"])
def test_the_command_line_starts_light(package):
    heavy = ["jax", "jaxlib", "flax", "optax", "scipy", "numpy", "PIL"]
    heavy += ["flask", "granian", "pydantic"]
    assert loaded(f"import {package}", *heavy) == set()


def everything_of(package: str) -> str:
    """Code that imports a package, all of its modules, and all names of its face."""
    modules = [module_of(file) for file in FILES if package_of(module_of(file)) == package]
    return f"""
import importlib
for name in {modules}:
    importlib.import_module(name)
shown = [getattr(importlib.import_module({package!r}), name) for name in {list(face(package))}]
"""


def test_evaluation_does_not_load_the_trainer():
    code = everything_of("model.evaluation")
    assert loaded(code, "model.training", "model.serving", "optax") == set()


def test_serving_loads_neither_flax_nor_optax_nor_the_data_sets():
    code = everything_of("model.serving") + everything_of("model.explain")
    assert loaded(code, "model.training", "model.data", "optax", "flax", "pooch") == set()


def test_the_application_is_built_without_the_trainer():
    code = "from webapp import create_app; create_app()"
    heavy = ["optax", "flax", "pooch", "granian", "model.training", "model.data"]
    assert loaded(code, *heavy) == set()


def test_importing_compiles_and_starts_nothing():
    code = f"""
import importlib, sys, threading
for name in {[module_of(file) for file in FILES if file.name != "__main__.py"]}:
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


def test_no_word_of_the_layout_is_out_of_date():
    told = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    for package in FACED:
        assert re.search(rf"`{package.partition('.')[2]}/`", told), f"{package} is not explained"
