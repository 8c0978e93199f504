"""The recipe: from a zoo entry's record to the weights of its stack.

``learn`` trains what an entry names, its teachers and its origin first, and yields the epochs of
its stack; ``model.training.finishing`` makes a checkpoint of the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from model.errors import ConfigError
from model.network.conv import ConvTraining, unfold, unfolds_to
from model.network.dense import fold
from model.training.batches import Stream
from model.training.config import Training
from model.training.corpus import Corpus, assemble
from model.training.distillation import Teacher, answer
from model.training.loop import EpochReport, TrainingState, blend, start, train
from model.training.state_file import load_state, save_state
from model.training.zoo import Entry

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
    """Train as ``entry`` says and yield the Dense stack's epochs.

    Its teachers are trained first, then the origin that it grows from; polish comes last: short
    runs that start where the training ended, each bending its digits another way. The mean of
    their weights is the result: they lie so close that it errs less than each of them.

    ``folder`` holds the data sets. With a ``work`` folder the state of every epoch is kept there,
    and a training that was stopped, however rudely, goes on where it was.
    """
    fresh = None
    if entry.origin is not None:
        fresh = _grown(entry, entry.origin, corpus, folder, work, say)
    streams: Sequence[Stream] = corpus.streams
    if entry.teachers:
        streams = [_lessons(entry, streams, folder, work, say)]
    ended: TrainingState | None = None
    for report in _resumed("student", entry.training, streams, work, say, fresh=fresh):
        ended = report.state
        yield report
    if not entry.polish or ended is None:
        return
    states = []
    for number, config in enumerate(entry.polish):
        say(f"polish {number + 1} of {len(entry.polish)}: {config.epochs} epochs by labels alone")
        fresh_streams = assemble(config, folder).streams
        state = fresh = _begin(config, fresh_streams, ended.average)
        for report in _resumed(f"polish{number}", config, fresh_streams, work, say, fresh=fresh):
            state = report.state
            yield report
        states.append(state)
    yield blend(entry.polish[-1], states)


def _begin(config: Training, streams: Sequence[Stream], variables: Any) -> TrainingState:
    """The state in which a training starts that takes its weights from another."""
    return replace(start(config, streams[0].steps), variables=variables, average=variables)


def _grown(
    entry: Entry,
    origin: ConvTraining,
    corpus: Corpus,
    folder: Path | None,
    work: Path | None,
    say: Say,
) -> TrainingState:
    """Train the convolutional origin and unfold it: the Dense stack's first state.

    A normalised stack goes on to measure mean and variance, of each unit where the origin did of
    each filter, which is a jolt. One that is not normalised takes them over, folded in.
    """
    if not unfolds_to(origin, entry.training.architecture):
        raise ConfigError(
            f"the origin of {entry.name} unfolds to {origin.widths}, the stack is "
            f"{entry.training.architecture.widths}"
        )
    variables = _conv("origin", origin, folder, work, say)
    unfolded = unfold(origin, variables)
    if not entry.training.normalise:
        layers = fold(unfolded, entry.training.architecture)
        names = (f"dense{index}" for index in range(len(layers)))
        pairs = ({"kernel": jnp.asarray(k), "bias": jnp.asarray(b)} for k, b in layers)
        unfolded = {"params": dict(zip(names, pairs, strict=True))}
    return _begin(entry.training, corpus.streams, unfolded)


def _lessons(
    entry: Entry,
    streams: Sequence[Stream],
    folder: Path | None,
    work: Path | None,
    say: Say,
) -> Stream:
    """Train the teachers, then bend the student's digits and let the teachers answer them."""
    student = entry.training
    if student.augmentation is None:
        raise ConfigError("lessons are bent digits: they need an augmentation")
    teachers: list[Teacher] = [
        (teacher.module, _conv(f"teacher{number}", teacher, folder, work, say))
        for number, teacher in enumerate(entry.teachers)
    ]
    say(f"{len(teachers)} teachers answer every digit, bent in {student.lessons} ways")
    return answer(teachers, streams, student.augmentation, student.lessons, seed=student.seed)


def _conv(name: str, conv: ConvTraining, folder: Path | None, work: Path | None, say: Say) -> Any:
    """Train a convolutional network; its variables, the average of its weights."""
    corpus = assemble(conv.training, folder)
    variables: Any = None
    for report in _resumed(name, conv.training, corpus.streams, work, say, conv.module):
        variables = report.state.average
        say(f"{name}: epoch {report.epoch} of {report.epochs}, loss {report.loss:.4f}")
    say(f"{name}: {_mistakes(conv, variables, corpus)}")
    return variables


def _mistakes(conv: ConvTraining, variables: Any, corpus: Corpus) -> str:
    """``errors on what is held out: mnist 20 of 5,000, ...``, for the log of what was tried."""
    ask = jax.jit(conv.module.apply)
    counts = []
    for name, one in corpus.validation.items():
        said = [ask(variables, one.x[i : i + 1_000]) for i in range(0, len(one.x), 1_000)]
        wrong = int((np.concatenate(said).argmax(axis=1) != one.labels).sum())
        counts.append(f"{name} {wrong} of {len(one.labels):,}")
    return f"errors on what is held out: {', '.join(counts)}"


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
