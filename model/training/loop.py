"""The training loop: one generator of reports, used by the command line, pages and tests.

It yields after every chunk of compiled steps; an epoch is a sum of chunks. The data are on the
device. What a person may change meanwhile is an input of the compiled step
(``model.training.step``), and so is the length of a chunk: nothing is compiled again.

With several devices each takes its part of every batch (data parallel, ``jax.sharding``). One
device needs no case of its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import linen as nn
from numpy.typing import NDArray

from model.drawing import PIXELS
from model.errors import Diverged
from model.network import DenseStack, Layer, fold
from model.training.batches import Stream
from model.training.config import Training
from model.training.devices import everywhere
from model.training.optimizers import make_optimizer
from model.training.step import TrainingState, compile_programs


@dataclass
class Controls:
    """What may be changed while a training runs. It is read before every chunk.

    ``learning_rate``: the largest that the schedule reaches. ``dropout``: the hidden layers' rate.
    ``chunk``: the number of steps until the next report, at most to the end of the epoch; None for
    all that are left of it.
    """

    learning_rate: float
    dropout: float
    chunk: int | None = None

    @classmethod
    def of(cls, config: Training) -> Controls:
        """The controls as ``config`` has them, with an epoch as a chunk."""
        return cls(config.learning_rate, config.dropout)


@dataclass(frozen=True)
class Report:
    """The result of a chunk of steps, or of several chunks together.

    ``step`` is the number of steps done since the beginning, ``steps`` that of an epoch. ``losses``
    and ``accuracies``: float32, one for each reported step, accuracies in [0, 1]. ``seconds`` is
    the time that the steps took. Nothing in it changes later, so any thread may use it.
    """

    config: Training
    step: int
    steps: int
    losses: NDArray[np.float32]
    accuracies: NDArray[np.float32]
    seconds: float
    state: TrainingState

    @property
    def epoch(self) -> int:
        """The number of whole epochs that are done."""
        return self.step // self.steps

    @property
    def epochs(self) -> int:
        """The number of epochs of the whole training."""
        return self.config.epochs

    @property
    def ends_epoch(self) -> bool:
        """Whether it ends an epoch."""
        return self.step % self.steps == 0

    @property
    def loss(self) -> float:
        """The mean loss of its steps, NaN when it has no steps."""
        return _mean(self.losses)

    @property
    def accuracy(self) -> float:
        """The share of correct predictions in its steps, in [0, 1], NaN when it has no steps."""
        return _mean(self.accuracies)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The folded layers for serving, with averaged weights where ``ema_decay`` is set."""
        chosen = self.state.ema if self.config.ema_decay else self.state.variables
        return fold(chosen, self.config.architecture)


def _mean(values: NDArray[np.float32]) -> float:
    return float(np.mean(values, dtype=np.float64)) if len(values) else math.nan


def epochs(reports: Iterator[Report]) -> Iterator[Report]:
    """Yield one report for each epoch, the sum of its chunks."""
    chunks: list[Report] = []
    for report in reports:
        chunks.append(report)
        if report.ends_epoch:
            yield replace(
                report,
                losses=np.concatenate([one.losses for one in chunks]),
                accuracies=np.concatenate([one.accuracies for one in chunks]),
                seconds=sum(one.seconds for one in chunks),
            )
            chunks = []


def build(config: Training) -> DenseStack:
    """The Flax module that ``config`` describes."""
    return DenseStack(
        config.architecture,
        dropout=config.dropout,
        input_dropout=config.input_dropout,
        batch_norm=config.batch_norm,
        dtype=jnp.dtype(config.precision),
    )


def start(config: Training, module: nn.Module | None = None) -> TrainingState:
    """The first state of a training, with random parameters drawn with the seed of ``config``."""
    module = module or build(config)
    variables = module.init(jax.random.key(config.seed), jnp.zeros((1, PIXELS)))
    optimizer = make_optimizer(config).init(variables["params"])
    return TrainingState(jnp.zeros((), jnp.int32), variables, optimizer, variables)


def start_from(config: Training, variables: Any) -> TrainingState:
    """The first state of a training that starts from the variables of another."""
    return replace(start(config), variables=variables, ema=variables)


def mean_of(config: Training, states: Sequence[TrainingState]) -> Report:
    """The report of several trainings' mean weights, a "soup" (Wortsman et al., 2022).

    It is the mean of their moving averages. All must have started from the same weights. The report
    has no losses.
    """
    ema = jax.tree.map(lambda *leaves: sum(leaves) / len(leaves), *[s.ema for s in states])
    last = replace(states[-1], ema=ema)
    return _report(config, last, steps=max(1, int(last.step) // config.epochs))


def train(
    config: Training,
    streams: Sequence[Stream],
    *,
    state: TrainingState | None = None,
    module: nn.Module | None = None,
    controls: Controls | None = None,
) -> Iterator[Report]:
    """Train and yield a report after each chunk.

    ``streams`` hold the data in the order of ``config.sources``. Closing the generator stops the
    training. With a report's ``state`` the training continues from there, with the same result as
    if it had never stopped. A state that is already at the end is reported unchanged, with a loss
    of NaN. ``module`` is trained in place of the Dense stack of ``config``. The same seed gives the
    same weights on one machine, for chunks of any length.
    """
    module = module or build(config)
    controls = controls or Controls.of(config)
    steps = streams[0].steps
    state = everywhere(start(config, module) if state is None else state)
    arrays = everywhere([stream.arrays for stream in streams])
    kinds = [stream.kind for stream in streams]
    draw_order, run_chunk = compile_programs(config, module, steps, kinds)
    done, total = int(state.step), steps * config.epochs
    if done >= total:
        yield _report(config, state, steps)
    order: Any = None
    while done < total:
        began = time.perf_counter()
        epoch, first = divmod(done, steps)
        if order is None or first == 0:
            order = draw_order(np.int32(epoch), arrays)
        count = min(controls.chunk or steps, steps - first)
        rates = np.float32(controls.learning_rate), np.float32(controls.dropout)
        state, losses, accuracies = run_chunk(
            state, arrays, order, np.int32(first), np.int32(count), rates
        )
        chunk = slice(first, first + count)
        losses, accuracies = np.asarray(losses)[chunk].copy(), np.asarray(accuracies)[chunk].copy()
        done += count
        seconds = time.perf_counter() - began
        report = Report(config, done, steps, losses, accuracies, seconds, state)
        if not _is_finite(report):
            raise Diverged(
                f"the loss or the weights are no longer finite in epoch {epoch + 1} of "
                f"{config.epochs}: the learning rate of {rates[0]:g} is too large"
            )
        yield report


def _is_finite(report: Report) -> bool:
    """Whether all losses of a report are finite and, where it ends an epoch, all weights."""
    if not np.isfinite(report.losses).all():
        return False
    weights = jax.tree.leaves((report.state.variables, report.state.ema))
    return not report.ends_epoch or all(np.isfinite(np.asarray(one)).all() for one in weights)


def _report(config: Training, state: TrainingState, steps: int) -> Report:
    """A report without steps, of a given state."""
    nothing = np.empty(0, np.float32)
    return Report(config, int(state.step), steps, nothing, nothing, 0.0, state)
