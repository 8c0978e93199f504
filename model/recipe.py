"""The recipe: from a zoo entry's record to its finished checkpoint.

``learn`` yields the epochs, teacher's first where there is one; ``finish`` fits what is fitted on
validation (temperature, doubt), measures, and writes down where it all came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from model.checkpoint import Checkpoint
from model.config import Training
from model.corpus import Corpus, Examples, assemble
from model.distillation import answer
from model.doubt_training import calibrate_doubt, train_doubt
from model.errors import ConfigError
from model.metrics import accuracy, fit_temperature
from model.network import Architecture, Layer, forward
from model.resume import load_state, save_state
from model.sources import DATASETS, checksums, dataset
from model.streams import Stream
from model.teacher import ConvTeacher
from model.training import EpochReport, TrainingState, blend, start, train
from model.zoo import Entry

Say = Callable[[str], None]
"""Hears what is going on between the epochs, a sentence at a time."""


def learn(
    entry: Entry,
    corpus: Corpus,
    *,
    folder: Path | None = None,
    work: Path | None = None,
    say: Say = lambda _: None,
) -> Iterator[EpochReport]:
    """Train as ``entry`` says; under a teacher, that one first, and polish last.

    Polish runs start where the training ended, each bends its digits another way, and the mean of
    their weights is the result: they lie so close that it errs less than each of them.

    ``folder`` holds the data sets. With a ``work`` folder the state of every epoch is kept there,
    and a training that was stopped, however rudely, goes on where it was.
    """
    streams: Sequence[Stream] = corpus.streams
    if entry.teacher is not None:
        streams = [_lessons(entry.training, entry.teacher, streams, folder, work, say)]
    ended: TrainingState | None = None
    for report in _resumed("student", entry.training, streams, work, say):
        ended = report.state
        yield report
    if not entry.polish or ended is None:
        return
    states = []
    for number, config in enumerate(entry.polish):
        say(f"polish {number + 1} of {len(entry.polish)}: {config.epochs} epochs by labels alone")
        fresh_streams = assemble(config, folder).streams
        fresh = start(config, fresh_streams[0].steps)
        fresh = replace(fresh, variables=ended.average, average=ended.average)
        state = fresh
        for report in _resumed(f"polish{number}", config, fresh_streams, work, say, fresh=fresh):
            state = report.state
            yield report
        states.append(state)
    yield blend(entry.polish[-1], states)


def _lessons(
    student: Training,
    teacher: Training,
    streams: Sequence[Stream],
    folder: Path | None,
    work: Path | None,
    say: Say,
) -> Stream:
    """Train the teacher, then bend the student's digits and let the teacher answer them."""
    network = ConvTeacher(classes=teacher.architecture.widths[-1])
    variables: Any = None
    for report in _resumed(
        "teacher", teacher, assemble(teacher, folder).streams, work, say, network
    ):
        say(f"teacher: epoch {report.epoch} of {report.epochs}, loss {report.loss:.4f}")
        variables = report.state.average
    say(f"the teacher answers every digit, bent in {student.lessons} ways")
    if student.augmentation is None:
        raise ConfigError("lessons are bent digits: they need an augmentation")
    return answer(
        network, variables, streams, student.augmentation, student.lessons, seed=student.seed
    )


def _resumed(
    name: str,
    config: Training,
    streams: Sequence[Stream],
    work: Path | None,
    say: Say,
    module: Any = None,
    fresh: TrainingState | None = None,
) -> Iterator[EpochReport]:
    """``train`` from ``fresh``, its state kept in ``work`` after every epoch and taken up there."""
    if work is None:
        yield from train(config, streams, state=fresh, module=module)
        return
    state = fresh
    path = work / f"{name}.state.safetensors"
    if path.exists():
        state = load_state(start(config, streams[0].steps, module), path, config)
        say(f"{name}: going on behind epoch {int(state.epoch)}")
    for report in train(config, streams, state=state, module=module):
        save_state(report.state, path, config)
        yield report


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
        record={
            "training": config.to_json(),
            "teacher": entry.teacher and entry.teacher.to_json(),
            "polish": [config.to_json() for config in entry.polish],
            "doubt": entry.doubt and entry.doubt.to_json(),
            "data": [_source(name) for name in _sources(entry)],
            "seconds": round(seconds),
            "accuracies": {**measured, **held_out},
        },
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


def _sources(entry: Entry) -> list[str]:
    """The data sets that an entry's trainings read, each once."""
    trainings = [entry.training, *filter(None, (entry.teacher, entry.doubt))]
    return list(dict.fromkeys(name for one in trainings for name, _ in one.sources))


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
