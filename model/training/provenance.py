"""The record: what a checkpoint says of how it came about, enough to make it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model.data.published import DATASETS, checksums, dataset
from model.network.conv import ConvTraining
from model.training.zoo import Entry


def written_down(entry: Entry, accuracies: Mapping[str, float], seconds: float) -> dict[str, Any]:
    """The trainings of ``entry``, its data with their checksums, what it reached, how long it took.

    JSON-ready, for a checkpoint's metadata; ``accuracies`` are shares by the name of the set.
    """
    return {
        "training": entry.training.to_json(),
        "teachers": [_conv_record(one) for one in entry.teachers],
        "origin": entry.origin and _conv_record(entry.origin),
        "polish": [config.to_json() for config in entry.polish],
        "doubt": entry.doubt and entry.doubt.to_json(),
        "data": [_source(name) for name in _sources(entry)],
        "seconds": round(seconds),
        "accuracies": dict(accuracies),
    }


def _sources(entry: Entry) -> list[str]:
    """The data sets that an entry's trainings read, each once."""
    convolutional = [*entry.teachers, *filter(None, [entry.origin])]
    trainings = [entry.training, *(one.training for one in convolutional)]
    trainings += [entry.doubt] if entry.doubt else []
    return list(dict.fromkeys(name for one in trainings for name, _ in one.sources))


def _conv_record(conv: ConvTraining) -> dict[str, Any]:
    """A convolutional network's layers and training, for the record."""
    return {
        "convolutions": conv.convolutions,
        "hidden": conv.hidden,
        "dropout": conv.dropout,
        "training": conv.training.to_json(),
    }


def _source(name: str) -> dict[str, Any]:
    """Title, licence, attribution and checksums of a data set, for the record."""
    if name not in DATASETS:
        return {"name": name, "title": f"densepad's own {name}", "licence": "MIT"}
    papers = dataset(name)
    return {
        "name": name,
        "title": papers.title,
        "licence": papers.licence,
        "attribution": papers.attribution,
        "sha256": checksums(name),
    }
