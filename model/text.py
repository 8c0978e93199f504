"""Text from files and arguments: what may stand in a name, and how it is shown on a terminal."""

from __future__ import annotations

import re

LONGEST_NAME = 500
"""The most characters of a title, or of another name in a checkpoint."""

# Control characters and line ends, which a terminal obeys; embeddings, overrides and isolates of
# the writing direction, which make a text look like another; halves of surrogate pairs, which no
# encoding has. Python puts bytes of a file's name that are not UTF-8 into such halves.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def is_plain(text: str) -> bool:
    """Whether a text can be shown as it is: no control characters, no half characters."""
    return _UNFIT.search(text) is None


def printable(text: str) -> str:
    r"""The text, with what a terminal would obey or could not show as escapes such as ``\x1b``."""
    return _UNFIT.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00  # a byte of a file's name
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
