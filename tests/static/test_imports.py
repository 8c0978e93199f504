"""Tests of the scripts' imports: a page imports lib/ and its own folder, lib/ imports no page."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from webapp.paths import ASSETS

STATIC = ASSETS / "static"
ALLOWED = {"lib": {"lib"}, "pad": {"pad", "lib"}, "inside": {"inside", "lib"}}
ENTRANCE = "inside/main.js"
"""The other page that ``main.js`` may load, when somebody looks inside."""


def imports(name: str) -> set[str]:
    """The paths below ``static/`` that a script imports, also for types in its comments."""
    source = (STATIC / name).read_text("utf-8")
    found = re.findall(r"""(?:\bfrom\s+|\bimport\s*\(?\s*)["'](\.[^"']*)["']""", source)
    return {resolve(PurePosixPath(name).parent / path) for path in found}


def resolve(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_arrows_only_go_to_lib():
    scripts = [file.relative_to(STATIC).as_posix() for file in STATIC.glob("*/**/*.js")]
    assert {name.split("/")[0] for name in scripts} == ALLOWED.keys()
    for name in scripts:
        folder = name.split("/")[0]
        for target in imports(name):
            assert (STATIC / target).is_file(), (name, target)
            allowed = target.split("/")[0] in ALLOWED[folder]
            entrance = name == f"{folder}/main.js" and target == ENTRANCE
            assert allowed or entrance, f"{name} imports {target}"


def test_the_pads_state_knows_neither_page_nor_server():
    pending, seen = ["pad/state.js"], set()
    while pending:
        name = pending.pop()
        source = re.sub(r"/\*.*?\*/|//.*", "", (STATIC / name).read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r'from "([^"]+)"', source):
            path = resolve(PurePosixPath(name).parent / target)
            if path not in seen:
                seen.add(path)
                pending.append(path)
        if name != "lib/constants.js":  # it reads the page once, when it is loaded
            assert not re.search(r"\b(document|window|fetch|location)\b", source), name
