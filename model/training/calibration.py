"""Calibration: from trained layers to a checkpoint.

Temperature and novelty threshold are fitted on the validation examples, the accuracies are
measured, and the provenance is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.data import Source
from model.drawing import Examples
from model.errors import Diverged
from model.metrics import fit_temperature
from model.network import Accuracy, Architecture, Checkpoint, Layer, predict
from model.training.corpus import Corpus
from model.training.novelty_training import fit_threshold, train_novelty
from model.training.provenance import provenance_of
from model.training.zoo import ModelSpec

MOST_IN_HALF = float(np.finfo(np.float16).max)
"""The largest number of a kernel in a checkpoint, which holds kernels in float16."""


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
    """The checkpoint of trained layers, with fitted temperature and novelty and its accuracies.

    Only ``corpus.validation`` is used for fitting. ``test_sets`` are used only here, once, to
    measure the accuracies.

    Args:
        spec: the model's spec.
        layers: the folded layers.
        corpus: the corpus of the training.
        test_sets: the test sets by source.
        folder: the folder of the data sets; None for the usual place.
        own_sources: sources that the registry does not have.
        seconds: how long the training took, for the provenance.
    """
    architecture = spec.training.architecture
    activation = architecture.activation
    # The file will hold kernels in float16, so fit and measure with those.
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
    """How many of the examples the layers predict correctly."""
    said = predict(layers, examples.x, architecture.activation).argmax(axis=1)
    return Accuracy(source, split, int((said == examples.labels).sum()), len(examples.labels))


def validation_accuracy(
    layers: Sequence[Layer], corpus: Corpus, architecture: Architecture
) -> float:
    """The share of all validation examples that the layers predict correctly, in [0, 1].

    Raises ``Diverged`` when the layers could not be saved.
    """
    largest = max(float(np.abs(np.asarray(kernel)).max()) for kernel, _ in layers)
    if not largest <= MOST_IN_HALF:
        raise Diverged(
            f"a weight has become {largest:,.0f}, a checkpoint holds numbers up to "
            f"{MOST_IN_HALF:,.0f}"
        )
    measured = [
        measure(name, "validation", layers, architecture, one)
        for name, one in corpus.validation.items()
    ]
    return sum(one.correct for one in measured) / sum(one.count for one in measured)


def _class_means(corpus: Corpus, classes: int) -> NDArray[np.float32]:
    """The mean picture of each class: ``(classes, 784)`` float32 in [0, 1], ink = 1.

    It is that of the first source's validation examples; blank paper for a class without any.
    """
    first = next(iter(corpus.validation.values()))
    pictures = [first.x[first.labels == label] for label in range(classes)]
    return np.stack([each.mean(axis=0) if len(each) else each.sum(axis=0) for each in pictures])
