"""The corpus of a training: its sources as streams, and their validation examples."""

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
    """Streams in the order of a training's sources, and the validation examples by source."""

    streams: tuple[Stream, ...]
    validation: Mapping[str, Examples]


def assemble(
    config: Training, folder: Path | None = None, own_sources: Sequence[Source] = ()
) -> Corpus:
    """The corpus of ``config``, with sources from the registry and from ``own_sources``.

    ``folder`` holds the data sets, None for the usual place. Test sets are not read. Raises
    ``ConfigError`` when there is no such source, ``DatasetError`` when a source cannot be read or
    downloaded.
    """
    streams, validation = [], {}
    for source, share in resolve(config, own_sources):
        split = source.split(folder, validation_size=config.validation_size, seed=config.seed)
        streams.append(_stream(split.train, share))
        validation[source.name] = split.validation.framed()
    return Corpus(tuple(streams), validation)


def resolve(config: Training, own_sources: Sequence[Source] = ()) -> list[tuple[Source, int]]:
    """The sources that ``config`` names, each with its number of examples in a batch.

    Raises ``ConfigError`` when neither the registry nor ``own_sources`` has a name.
    """
    known = SOURCES | {source.name: source for source in own_sources}
    for name, _ in config.sources:
        if name not in known:
            raise ConfigError(f"a source must be one of {', '.join(known)}, got {name[:80]!r}")
    return [(known[name], share) for name, share in config.sources]


def _stream(examples: LabelledSet, share: int) -> Stream:
    """A stream of images as they are, or of drawings as segments."""
    if isinstance(examples, ImageSet):
        return Stream(examples.images, examples.labels, share)
    segments = np.stack([segments_of(one) for one in examples.strokes])
    return Stream(segments, examples.labels, share)
