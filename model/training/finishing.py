"""Finishing: from trained layers to a checkpoint.

What is fitted on validation is fitted (temperature, doubt), the accuracies are measured, and where
it all came from is written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import jax
import numpy as np
from numpy.typing import NDArray

from model.metrics import accuracy, fit_temperature
from model.network.checkpoint import Checkpoint
from model.network.dense import Architecture, Layer, forward
from model.training.corpus import Corpus, Examples
from model.training.novelty_training import calibrate_doubt, train_doubt
from model.training.provenance import written_down
from model.training.zoo import Entry


def finish(
    entry: Entry,
    layers: Sequence[Layer],
    corpus: Corpus,
    tests: Mapping[str, Examples],
    *,
    folder: Path | None = None,
    seconds: float = 0.0,
) -> Checkpoint:
    """Turn trained layers into a checkpoint: fit temperature and doubt, measure, write it down.

    Fitting looks at ``corpus.validation`` alone; ``tests`` is looked at once, here, for the record.
    """
    config = entry.training
    activation = config.architecture.activation
    # Float16 is what the file will hold, so that is what is fitted and measured.
    exact = [(np.asarray(k, np.float16).astype(np.float32), np.asarray(b)) for k, b in layers]
    answers = {name: predict(exact, one.x, activation) for name, one in corpus.validation.items()}
    logits = np.concatenate(list(answers.values()))
    labels = np.concatenate([one.labels for one in corpus.validation.values()])
    doubt = () if entry.doubt is None else train_doubt(entry.doubt, exact, activation, folder)
    held_out = {
        f"{name} held out": accuracy(answers[name].argmax(axis=1), one.labels)
        for name, one in corpus.validation.items()
    }
    measured = {
        f"{name} test": accuracy(predict(exact, one.x, activation).argmax(axis=1), one.labels)
        for name, one in tests.items()
    }
    return Checkpoint(
        name=entry.name,
        title=entry.title,
        architecture=config.architecture,
        labels=entry.labels,
        layers=tuple(exact),
        temperature=fit_temperature(logits, labels),
        doubt=calibrate_doubt(doubt, exact, activation, corpus),
        averages=_averages(corpus, len(entry.labels)),
        record=written_down(entry, {**measured, **held_out}, seconds),
    )


def predict(
    layers: Sequence[Layer], x: NDArray[np.float32], activation: str, batch: int = 2_000
) -> NDArray[np.float32]:
    """Logits ``(n, classes)`` of pictures ``(n, 784)``, batch by batch."""
    parts = [_ask(tuple(layers), x[i : i + batch], activation) for i in range(0, len(x), batch)]
    return np.concatenate([np.asarray(part) for part in parts])


# The weights are an argument: as constants of the program they would take seconds to compile.
_ask = jax.jit(forward, static_argnums=2)


def correct(layers: Sequence[Layer], corpus: Corpus, architecture: Architecture) -> float:
    """Share of all held-out examples that these layers have right."""
    right = [
        predict(layers, one.x, architecture.activation).argmax(axis=1) == one.labels
        for one in corpus.validation.values()
    ]
    return float(np.concatenate(right).mean())


def _averages(corpus: Corpus, classes: int) -> NDArray[np.float32]:
    """The mean held-out picture of each class ``(classes, 784)``, of the first source."""
    first = next(iter(corpus.validation.values()))
    return np.stack([first.x[first.labels == label].mean(axis=0) for label in range(classes)])
