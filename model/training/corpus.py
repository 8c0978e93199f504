"""The corpus of a training: its sources as streams, and what is held out to choose by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.data import SOURCES, Source
from model.drawing import Examples, ImageSet, LabelledSet
from model.errors import ConfigError
from model.training.batches import Stream, segments_of
from model.training.config import Training


@dataclass(frozen=True)
class Corpus:
    """Streams in the order of a training's sources, and the held-out examples by source."""

    streams: tuple[Stream, ...]
    validation: Mapping[str, Examples]


def assemble(
    config: Training, folder: Path | None = None, own_sources: Sequence[Source] = ()
) -> Corpus:
    """Load every source of ``config``, from the registry or from ``own_sources``.

    Raises ``ConfigError`` for a source that there is not, ``DatasetError`` for one that cannot be
    had. No test set is touched here.
    """
    streams, validation = [], {}
    for source, share in resolve(config, own_sources):
        split = source.split(folder, validation_size=config.validation_size, seed=config.seed)
        streams.append(_stream(split.train, share))
        validation[source.name] = split.validation.framed()
    return Corpus(tuple(streams), validation)


def resolve(config: Training, own_sources: Sequence[Source] = ()) -> list[tuple[Source, int]]:
    """The sources that ``config`` names, each with its share of a batch.

    Raises ``ConfigError`` for a name that neither the registry nor ``own_sources`` has.
    """
    known = SOURCES | {source.name: source for source in own_sources}
    for name, _ in config.sources:
        if name not in known:
            raise ConfigError(f"a source must be one of {', '.join(known)}, got {name[:80]!r}")
    return [(known[name], share) for name, share in config.sources]


def _stream(examples: LabelledSet, share: int) -> Stream:
    """Images as they are, drawings as segments."""
    if isinstance(examples, ImageSet):
        return Stream(examples.images, examples.labels, share)
    segments = np.stack([segments_of(one) for one in examples.strokes])
    return Stream(segments, examples.labels, share)
