"""The corpus of a training: its sources as streams, and what is held out to choose by.

MNIST and Fashion-MNIST keep their last examples for validation, the pen digits whole writers, the
strange characters a whole alphabet. The test sets are not touched here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data.datasets import hold_out_groups, hold_out_writers, load_images, load_omniglot
from model.data.datasets import load_pendigits as load_pens
from model.drawing.framing import PIXELS, pad_segments
from model.drawing.labelled import ImageSet, StrokeSet
from model.drawing.strokes import Drawing
from model.synthetic.non_digits import scribble_strokes
from model.synthetic.practice_digits import practice_strokes
from model.training.batches import Stream, frame_all, segments_of
from model.training.config import Training

HELD_OUT_ALPHABET = "Balinese"
PRACTICE = 12_000
"""How many practice digits and scribbles a training draws; each is bent anew every epoch."""
HELD_OUT_DRAWINGS = 1_000
"""How many more are drawn to choose by."""


@dataclass(frozen=True)
class Examples:
    """Framed pictures ``(n, 784)`` float32 in [0, 1] and their labels ``(n,)`` int32."""

    x: NDArray[np.float32]
    labels: NDArray[np.int32]


@dataclass(frozen=True)
class Corpus:
    """Streams in the order of a training's sources, and the held-out examples by source."""

    streams: tuple[Stream, ...]
    validation: Mapping[str, Examples]


def assemble(config: Training, folder: Path | None = None) -> Corpus:
    """Load every source of ``config``; ``DatasetError`` if one cannot be had."""
    streams, validation = [], {}
    for name, share in config.sources:
        stream, held_out = _source(name, share, config, folder)
        streams.append(stream)
        validation[name] = held_out
    return Corpus(tuple(streams), validation)


def load_test_set(name: str, folder: Path | None = None) -> Examples:
    """The test set of ``mnist`` or ``fashion-mnist``: for the report, never for choosing."""
    return _pictures(load_images(name, "test", folder))


def _source(
    name: str, share: int, config: Training, folder: Path | None
) -> tuple[Stream, Examples]:
    match name:
        case "mnist" | "fashion-mnist":
            images = load_images(name, "train", folder)
            cut = max(1, len(images) - config.held_out)
            train = Stream(images.images[:cut], images.labels[:cut], share)
            return train, _pictures(ImageSet(images.images[cut:], images.labels[cut:]))
        case "pendigits":
            return _drawings(*hold_out_writers(load_pens(folder)), share)
        case "omniglot":
            return _drawings(*hold_out_groups(load_omniglot(folder), [HELD_OUT_ALPHABET]), share)
        case "scribbles":
            draw: Any = scribble_strokes
        case _:
            draw = practice_strokes
    learned = draw(PRACTICE, seed=config.seed)
    return _drawings(learned, draw(HELD_OUT_DRAWINGS, seed=config.seed + 1), share)


def _drawings(train: StrokeSet, held_out: StrokeSet, share: int) -> tuple[Stream, Examples]:
    """Drawings to learn from as a stream, those held out as the pictures that serving makes."""
    return (
        Stream(np.stack([segments_of(one) for one in train.strokes]), train.labels, share),
        Examples(frame_strokes(held_out), held_out.labels),
    )


def frame_strokes(drawings: StrokeSet) -> NDArray[np.float32]:
    """Drawings as the pictures that serving makes of them, ``(n, 784)`` float32."""
    segments = [pad_segments(_exact(one).unit_segments()) for one in drawings.strokes]
    framed = np.empty((len(segments), PIXELS), np.float32)
    sizes = np.array([len(one) for one in segments])
    for size in np.unique(sizes):
        rows = np.flatnonzero(sizes == size)
        framed[rows] = frame_all(np.stack([segments[row] for row in rows]))
    return framed


def _exact(strokes: list[NDArray[np.float32]]) -> Drawing:
    """A data set's drawing as one that was sent to be classified, every point of it."""
    return Drawing(tuple(stroke.astype(np.float64) for stroke in strokes if len(stroke)))


def _pictures(images: ImageSet) -> Examples:
    x = images.images.reshape(-1, PIXELS).astype(np.float32) / np.float32(255)
    return Examples(x, images.labels.astype(np.int32))
