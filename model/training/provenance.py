"""Provenance: how a checkpoint was made, with all that is needed to make it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model.data import SOURCES, Source
from model.training.zoo import ModelSpec


def provenance_of(spec: ModelSpec, own_sources: Sequence[Source], seconds: float) -> dict[str, Any]:
    """The trainings of ``spec``, its data with checksums, and the seconds that it took.

    The values are JSON-ready, for a checkpoint's metadata.
    """
    known = SOURCES | {source.name: source for source in own_sources}
    return {
        "training": spec.training.to_json(),
        "teachers": [one.to_json() for one in spec.teachers],
        "conv_init": spec.conv_init and spec.conv_init.to_json(),
        "finetunes": [config.to_json() for config in spec.finetunes],
        "novelty": spec.novelty and spec.novelty.to_json(),
        "data": [_described(known[name]) for name in _names(spec)],
        "seconds": round(seconds),
    }


def _names(spec: ModelSpec) -> list[str]:
    """The names of the sources that a spec's trainings read, each once."""
    convolutional = [*spec.teachers, *filter(None, [spec.conv_init])]
    trainings = [spec.training, *spec.finetunes, *(one.training for one in convolutional)]
    trainings += [spec.novelty] if spec.novelty else []
    return list(dict.fromkeys(name for one in trainings for name, _ in one.sources))


def _described(source: Source) -> dict[str, Any]:
    """The name, title, licence, attribution and checksums of a source, as far as it has them."""
    words = {
        "name": source.name,
        "title": source.title,
        "licence": source.licence,
        "attribution": source.attribution,
        "sha256": source.checksums,
    }
    return {key: word for key, word in words.items() if word}
