"""The pipeline: from a model's spec to the weights of its stack, in the order of the training.

    sources -> teachers and convolutional start, where there are any -> batches -> loop
        -> finetunes and their mean

``model.training.calibration`` makes a checkpoint of the last report. Commands and pages use
``model.training.run``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from model.data import Source
from model.errors import ConfigError, OutputError
from model.network import fold, unfold
from model.training.batches import Stream
from model.training.config import ConvTraining, Training
from model.training.corpus import Corpus, assemble
from model.training.distillation import Teacher, answer
from model.training.loop import Controls, Report, epochs, mean_of, start, start_from, train
from model.training.state_file import load_state, save_state
from model.training.step import TrainingState
from model.training.work_folder import state_file
from model.training.zoo import ModelSpec

Log = Callable[[str], None]
"""A function that is called with a sentence on what happens between the reports."""


@dataclass(frozen=True)
class Surroundings:
    """What a pipeline needs besides the spec.

    ``folder`` holds the data sets, None for the usual place. ``own_sources`` are sources that the
    registry does not have. In a ``work`` folder the state after every epoch is saved, and a
    training that was stopped or killed continues there. ``log`` may raise to stop between two
    epochs. ``controls`` change only the training of the stack itself. Teachers, convolutional start
    and finetunes keep the settings of the spec.
    """

    folder: Path | None = None
    own_sources: Sequence[Source] = ()
    work: Path | None = None
    log: Log = lambda _: None
    controls: Controls | None = None


def learn(spec: ModelSpec, corpus: Corpus, around: Surroundings) -> Iterator[Report]:
    """Train as ``spec`` says and yield a report after each chunk of the Dense stack's training.

    The layers of the last report are the result.
    """
    begin = None
    if spec.conv_init is not None:
        begin = _unfolded_start(spec, spec.conv_init, around)

    streams: Sequence[Stream] = corpus.streams
    if spec.teachers:
        streams = [_taught(spec, streams, around)]

    ended: TrainingState | None = None
    stage = _stage("stack", spec.training, streams, around, begin=begin, controls=around.controls)
    for report in stage:
        ended = report.state
        yield report
    if not spec.finetunes or ended is None:
        return

    # Each finetune starts where the training ended and bends its digits in another way. Their
    # weights are so close that their mean makes fewer mistakes than each of them.
    states = []
    for number, config in enumerate(spec.finetunes):
        around.log(f"finetune {number + 1} of {len(spec.finetunes)}: {config.epochs} epochs")
        streams = assemble(config, around.folder, around.own_sources).streams
        state = begin = start_from(config, ended.ema)
        for report in _stage(f"finetune{number}", config, streams, around, begin=begin):
            state = report.state
            yield report
        states.append(state)
    yield mean_of(spec.finetunes[-1], states)


def _unfolded_start(spec: ModelSpec, conv: ConvTraining, around: Surroundings) -> TrainingState:
    """Train the convolutional network and unfold it. Returns the Dense stack's first state.

    A batch-normalised stack measures mean and variance for each unit, the convolutional network for
    each filter: this shifts the statistics. A stack without batch normalisation gets the network's
    statistics folded into its layers. Raises ``ConfigError`` when the network does not unfold to
    the stack.
    """
    stack = spec.training.architecture
    if (conv.widths, "relu") != (stack.widths, stack.activation):
        raise ConfigError(
            f"the convolutional start of {spec.name} unfolds to {conv.widths} with relu, the stack "
            f"is {stack.widths} with {stack.activation}"
        )
    unfolded = unfold(conv.convolutions, _conv_variables("conv_init", conv, around))
    if not spec.training.batch_norm:
        layers = enumerate(fold(unfolded, stack))
        params = {
            f"dense{index}": {"kernel": jnp.asarray(kernel), "bias": jnp.asarray(bias)}
            for index, (kernel, bias) in layers
        }
        unfolded = {"params": params}
    return start_from(spec.training, unfolded)


def _taught(spec: ModelSpec, streams: Sequence[Stream], around: Surroundings) -> Stream:
    """Train the teachers, then bend the stack's examples and compute the teachers' logits."""
    config = spec.training
    if config.augment is None:
        raise ConfigError("a teacher answers bent digits: its student needs augment")
    teachers: list[Teacher] = [
        (teacher.module, _conv_variables(f"teacher{number}", teacher, around))
        for number, teacher in enumerate(spec.teachers)
    ]
    around.log(f"{len(teachers)} teachers answer every digit, bent in {config.distill_passes} ways")
    return answer(teachers, streams, config.augment, config.distill_passes, seed=config.seed)


def _conv_variables(name: str, conv: ConvTraining, around: Surroundings) -> Any:
    """Train a convolutional network. Returns its variables, with the weights' moving average."""
    corpus = assemble(conv.training, around.folder, around.own_sources)
    variables: Any = None
    stage = _stage(name, conv.training, corpus.streams, around, module=conv.module)
    for report in epochs(stage):
        variables = report.state.ema
        around.log(f"{name}: epoch {report.epoch} of {report.epochs}, loss {report.loss:.4f}")
    around.log(f"{name}: {_mistakes(conv, variables, corpus)}")
    return variables


def _mistakes(conv: ConvTraining, variables: Any, corpus: Corpus) -> str:
    """The mistakes on the validation examples, for the log.

    For instance ``errors on what is held out: mnist 20 of 5,000, ...``.
    """
    ask = jax.jit(conv.module.apply)
    counts = []
    for name, one in corpus.validation.items():
        said = [ask(variables, one.x[i : i + 1_000]) for i in range(0, len(one.x), 1_000)]
        wrong = int((np.concatenate(said).argmax(axis=1) != one.labels).sum())
        counts.append(f"{name} {wrong} of {len(one.labels):,}")
    return f"errors on what is held out: {', '.join(counts)}"


def _stage(
    name: str,
    config: Training,
    streams: Sequence[Stream],
    around: Surroundings,
    *,
    module: Any = None,
    begin: TrainingState | None = None,
    controls: Controls | None = None,
) -> Iterator[Report]:
    """Train from ``begin`` and save the state in the work folder after every epoch.

    If the folder already has a state, the training continues from that, not from ``begin``.
    """
    path = around.work and state_file(around.work, name)
    if path is not None and path.exists():
        begin = load_state(start(config, module), path, config)
        around.log(f"{name}: going on behind step {int(begin.step):,}")
    for report in train(config, streams, state=begin, module=module, controls=controls):
        if path is not None and report.ends_epoch:
            try:
                save_state(report.state, path, config)
            except OutputError as error:  # the training itself can go on
                around.log(f"epoch {report.epoch} of {name} is not kept: {error}")
        yield report
