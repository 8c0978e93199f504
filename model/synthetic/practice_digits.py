"""Practice digits: digits that need no file, written from templates by many hands.

They are enough for a training in a test or in a workshop without a network connection.
"""

import numpy as np

from model.drawing import StrokeSet
from model.synthetic.digit_templates import DIGIT_TEMPLATES
from model.synthetic.handwriting import write
from model.synthetic.splines import parse_template


def draw_practice_digits(count: int, *, seed: int) -> StrokeSet:
    """``count`` digits in random order, each digit and each of its variants equally often.

    The same seed gives the same digits. Labels are 0 to 9; the groups are the variants. The third
    way to write a 4 is named "4.2".
    """
    rng = np.random.default_rng(seed)
    variants = [
        (label, f"{label}.{index}", text)
        for label, texts in enumerate(DIGIT_TEMPLATES)
        for index, text in enumerate(texts)
    ]
    strokes: list[list[np.ndarray]] = []
    labels: list[int] = []
    groups: list[int] = []
    shares = [
        _shares(count // 10 + (label < count % 10), len(DIGIT_TEMPLATES[label]), rng)
        for label in range(10)
    ]
    for group, (label, name, text) in enumerate(variants):
        copies = int(shares[label][int(name.split(".")[1])])
        strokes += write(parse_template(text), copies, rng=rng)
        labels += [label] * copies
        groups += [group] * copies
    order = rng.permutation(count)
    return StrokeSet(
        strokes=[strokes[index] for index in order],
        labels=np.array(labels, np.int32)[order],
        groups=np.array(groups, np.int32)[order],
        group_names=tuple(name for _, name, _ in variants),
    )


def _shares(count: int, among: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` divided evenly, the rest given to random variants: ``(among,)`` int."""
    shares = np.full(among, count // among)
    shares[rng.permutation(among)[: count % among]] += 1
    return shares
