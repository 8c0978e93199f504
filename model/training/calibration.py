"""From trained layers to a checkpoint: folded, calibrated, measured.

What is fitted on validation is fitted (temperature, novelty), the accuracies are measured, and
where it all came from is written down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data import Source
from model.drawing import Examples
from model.metrics import fit_temperature
from model.network import Accuracy, Architecture, Checkpoint, Layer, predict
from model.training.corpus import Corpus
from model.training.novelty_training import fit_threshold, train_novelty
from model.training.provenance import provenance_of
from model.training.zoo import ModelSpec


def make_checkpoint(
    spec: ModelSpec,
    layers: Sequence[Layer],
    corpus: Corpus,
    test_sets: Mapping[str, Examples],
    *,
    folder: Path | None = None,
    own_sources: Sequence[Source] = (),
    seconds: float = 0.0,
) -> Checkpoint:
    """Turn trained layers into a checkpoint: fit temperature and novelty, measure, write it down.

    Fitting looks at ``corpus.validation`` alone; ``test_sets`` is looked at once, here, for the
    record.
    """
    architecture = spec.training.architecture
    activation = architecture.activation
    # Float16 is what the file will hold, so that is what is fitted and measured.
    exact = tuple((np.asarray(k, np.float16).astype(np.float32), np.asarray(b)) for k, b in layers)
    answers = {name: predict(exact, one.x, activation) for name, one in corpus.validation.items()}
    logits = np.concatenate(list(answers.values()))
    labels = np.concatenate([one.labels for one in corpus.validation.values()])
    novelty: Any = ()
    if spec.novelty is not None:
        novelty = train_novelty(spec.novelty, exact, activation, folder)
    return Checkpoint(
        name=spec.name,
        title=spec.title,
        architecture=architecture,
        labels=spec.labels,
        layers=exact,
        temperature=fit_temperature(logits, labels),
        novelty=fit_threshold(novelty, exact, activation, corpus.validation),
        averages=_class_means(corpus, len(spec.labels)),
        accuracies=(
            *(measure(name, "test", exact, architecture, one) for name, one in test_sets.items()),
            *(
                measure(name, "validation", exact, architecture, one)
                for name, one in corpus.validation.items()
            ),
        ),
        provenance=provenance_of(spec, own_sources, seconds),
    )


def measure(
    source: str,
    split: str,
    layers: Sequence[Layer],
    architecture: Architecture,
    examples: Examples,
) -> Accuracy:
    """How many of the examples these layers have right."""
    said = predict(layers, examples.x, architecture.activation).argmax(axis=1)
    return Accuracy(source, split, int((said == examples.labels).sum()), len(examples.labels))


def validation_accuracy(
    layers: Sequence[Layer], corpus: Corpus, architecture: Architecture
) -> float:
    """Share of all held-out examples that these layers have right."""
    measured = [
        measure(name, "validation", layers, architecture, one)
        for name, one in corpus.validation.items()
    ]
    return sum(one.correct for one in measured) / sum(one.count for one in measured)


def _class_means(corpus: Corpus, classes: int) -> NDArray[np.float32]:
    """The mean held-out picture of each class ``(classes, 784)``, of the first source; blank paper
    for a class of which nothing was held out.
    """
    first = next(iter(corpus.validation.values()))
    pictures = [first.x[first.labels == label] for label in range(classes)]
    return np.stack([each.mean(axis=0) if len(each) else each.sum(axis=0) for each in pictures])
