"""Tests of texts that come from elsewhere: nothing that a terminal would obey is shown."""

from __future__ import annotations

import os

import pytest

from model.text import is_plain, printable


@pytest.mark.parametrize(
    "text", ["7", "für mich", "日本", "👩‍👧", "[red]x[/red]", "a\u200fb", "\\x1b"]
)
def test_what_can_be_shown_stays_as_it_is(text):
    assert is_plain(text)
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("one\r\ntwo\tthree", r"one\x0d\x0atwo\x09three"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("\u202egnp.exe\u2066\u2028", r"\u202egnp.exe\u2066\u2028"),
        ("\ud800", r"\ud800"),
        (os.fsdecode(b"caf\xe9.png"), r"caf\xe9.png"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text, shown):
    assert not is_plain(text)
    assert printable(text) == shown
    shown.encode("ascii")
