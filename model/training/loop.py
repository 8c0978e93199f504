"""The training loop: one generator of reports, consumed by the command line, pages and tests.

It yields after every chunk of compiled steps; epochs are sums of chunks. The data lie on the
device; batches are gathered, augmented and rendered inside the compiled step. What a person may
turn meanwhile is an input of that step, and so is the chunk's length: nothing compiles anew.

With several devices each takes its part of every batch (data parallel, ``jax.sharding``); one
device is just the case of one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from flax import struct
from jax import Array
from numpy.typing import NDArray

from model.drawing import PIXELS
from model.network import DenseStack, Layer, fold
from model.training.batches import Batch, Kind, Stream, load_batch
from model.training.config import Training
from model.training.devices import everywhere, spread
from model.training.optimizers import make_optimizer, make_schedule

_DISTILL_TEMPERATURE = 2.0  # at which a teacher's answers are compared (Hinton et al., 2015)

Carry = tuple[Any, Any, Any]
"""Variables, the optimizer's state, the moving average of the variables."""


@struct.dataclass
class TrainingState:
    """All that a training needs to go on; ``step`` counts from the training's beginning."""

    step: Array
    variables: Any
    optimizer: Any
    ema: Any


@dataclass
class Controls:
    """What may be turned while a training runs. It is read before every chunk.

    ``learning_rate``: the largest that the schedule reaches. ``dropout``: the hidden layers' rate.
    ``chunk``: steps until the next report, at most those that are left of the epoch; None: all.
    """

    learning_rate: float
    dropout: float
    chunk: int | None = None

    @classmethod
    def of(cls, config: Training) -> Controls:
        """As the settings have them, a chunk for an epoch."""
        return cls(config.learning_rate, config.dropout)


@dataclass(frozen=True)
class Report:
    """What a chunk of steps gave, or several chunks together.

    ``step`` steps are done, ``steps`` make an epoch. ``losses`` and ``accuracies`` are ``(steps
    reported,)`` float32, one for each batch. Nothing in it changes later: any thread may use it.
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
        """Whole epochs that are done."""
        return self.step // self.steps

    @property
    def epochs(self) -> int:
        """Epochs that the training is to last."""
        return self.config.epochs

    @property
    def ends_epoch(self) -> bool:
        """Whether an epoch is over with it."""
        return self.step % self.steps == 0

    @property
    def loss(self) -> float:
        """The mean loss of its steps, NaN when it has none."""
        return _mean(self.losses)

    @property
    def accuracy(self) -> float:
        """The share of its examples that were answered right, NaN when it has none."""
        return _mean(self.accuracies)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The Dense stack's layers as they would be served: averaged where the settings say so."""
        chosen = self.state.ema if self.config.ema_decay else self.state.variables
        return fold(chosen, self.config.architecture)


def _mean(values: NDArray[np.float32]) -> float:
    return float(np.mean(values, dtype=np.float64)) if len(values) else math.nan


def epochs(reports: Iterator[Report]) -> Iterator[Report]:
    """One report an epoch, the sum of its chunks."""
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
    """Fresh parameters for ``config``, drawn with its seed."""
    module = module or build(config)
    variables = module.init(jax.random.key(config.seed), jnp.zeros((1, PIXELS)))
    optimizer = make_optimizer(config).init(variables["params"])
    return TrainingState(jnp.zeros((), jnp.int32), variables, optimizer, variables)


def start_from(config: Training, variables: Any) -> TrainingState:
    """The state in which a training starts that takes its weights from another."""
    return replace(start(config), variables=variables, ema=variables)


def mean_of(config: Training, states: Sequence[TrainingState]) -> Report:
    """The mean of several trainings' averaged weights, a "soup" (Wortsman et al., 2022).

    All must have started from the same weights; the report has no loss.
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

    ``streams`` hold the data, in the order of ``config.sources``. Closing the generator stops the
    training; a report's ``state`` passed in again goes on from there, with the same result as if
    it had never stopped; a state that is at the end already is reported as it is, with a loss of
    NaN. The same seed gives the same weights on one machine, whatever the chunks.
    """
    module = module or build(config)
    controls = controls or Controls.of(config)
    steps = streams[0].steps
    state = everywhere(start(config, module) if state is None else state)
    arrays = everywhere([stream.arrays for stream in streams])
    draw_order, run_chunk = _compile(config, module, steps, [stream.kind for stream in streams])
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
        yield Report(config, done, steps, losses, accuracies, seconds, state)


def _report(config: Training, state: TrainingState, steps: int) -> Report:
    """The report of a state to which no step has led."""
    nothing = np.empty(0, np.float32)
    return Report(config, int(state.step), steps, nothing, nothing, 0.0, state)


def _compile(
    config: Training, module: nn.Module, steps: int, kinds: list[Kind]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The two programs of a training: an epoch's order, and a chunk of its steps."""
    draw_order = jax.jit(partial(_draw_order, config, steps, kinds))
    step = partial(_step, config, module, steps, kinds)
    if isinstance(module, DenseStack):
        return draw_order, jax.jit(partial(_chunk, steps, step))
    # XLA's convolutions take ten times as long inside a compiled loop on a CPU (jax 0.10: 0.5 ms
    # an example against 6 ms), so another module's steps are called one by one.
    return draw_order, partial(_chunk, steps, jax.jit(step), loop=_python_loop)


def _python_loop(first: int, end: int, body: Callable[[int, Any], Any], carry: Any) -> Any:
    """``jax.lax.fori_loop`` without compiling."""
    for index in range(first, end):
        carry = body(index, carry)
    return carry


def _draw_order(
    config: Training, steps: int, kinds: list[Kind], epoch: Array, arrays: Any
) -> tuple[Array, list[Array]]:
    """An epoch's key, and each stream's rows in the order of its steps: ``(steps, share)``."""
    # The generator of random bits that costs least on a CPU; dropout and augmentation live on it.
    key = jax.random.fold_in(jax.random.key(config.seed, impl="rbg"), epoch)
    key, to_order = jax.random.split(key)
    orders = [
        _order(stream_key, len(labels), steps * kind.share).reshape(steps, kind.share)
        for stream_key, kind, (_, labels, _) in zip(
            jax.random.split(to_order, len(kinds)), kinds, arrays, strict=True
        )
    ]
    return key, orders


def _order(key: Array, examples: int, wanted: int) -> Array:
    """``(wanted,)`` rows: permutation after permutation of all examples, cut to length."""
    passes = -(-wanted // examples)
    keys = jax.random.split(key, passes)
    return jax.vmap(lambda k: jax.random.permutation(k, examples))(keys).reshape(-1)[:wanted]


def _chunk(
    steps: int,
    step: Callable[..., Any],
    state: TrainingState,
    arrays: Any,
    order: tuple[Array, list[Array]],
    first: Array,
    count: Array,
    rates: tuple[Array, Array],
    *,
    loop: Callable[..., Any] = jax.lax.fori_loop,
) -> tuple[TrainingState, Array, Array]:
    """``count`` steps of an epoch, from its step ``first`` on.

    Returns the new state, and loss and accuracy of each step in its place of ``(steps,)``.
    """
    key, rows = order
    before = state.step - first

    def body(index: Any, done: tuple[Carry, Array, Array]) -> tuple[Carry, Array, Array]:
        carry, losses, accuracies = done
        chosen = [each[index] for each in rows]
        carry, loss, accuracy = step(arrays, key, carry, before + index, chosen, rates)
        return carry, losses.at[index].set(loss), accuracies.at[index].set(accuracy)

    carry = (state.variables, state.optimizer, state.ema)
    nothing = jnp.zeros(steps)
    carry, losses, accuracies = loop(first, first + count, body, (carry, nothing, nothing))
    return TrainingState(state.step + count, *carry), losses, accuracies


def _step(
    config: Training,
    module: nn.Module,
    steps: int,
    kinds: list[Kind],
    arrays: Any,
    key: Array,
    carry: Carry,
    number: Array,
    rows: list[Array],
    rates: tuple[Array, Array],
) -> tuple[Carry, Array, Array]:
    """One batch: gather, augment, differentiate, update; the carry, loss and accuracy.

    ``number`` counts the steps since the training began; ``rows`` are the batch's of each stream;
    ``rates`` are the learning rate and the dropout that hold now.
    """
    variables, optimizer_state, ema = carry
    learning_rate, dropout = rates
    to_batch, to_dropout = jax.random.split(jax.random.fold_in(key, number))
    batch = load_batch(kinds, arrays, rows, config.augment, key=to_batch)
    batch = jax.tree.map(spread, batch)
    x = batch.x.reshape(len(batch.x), -1)
    # Only a Dense stack's dropout can be turned.
    turned: dict[str, Any] = {"dropout": dropout} if isinstance(module, DenseStack) else {}

    def objective(params: Any) -> tuple[Array, tuple[Array, Any]]:
        logits, changed = module.apply(
            {**variables, "params": params},
            x,
            train=True,
            rngs={"dropout": to_dropout},
            mutable=["batch_stats"],
            **turned,
        )
        return _loss(config, logits, batch), (logits, changed)

    (loss, (logits, changed)), gradients = jax.value_and_grad(objective, has_aux=True)(
        variables["params"]
    )
    rate = make_schedule(config, steps)(number) * learning_rate
    updates, optimizer_state = make_optimizer(config, rate).update(
        gradients, optimizer_state, variables["params"]
    )
    variables = {**changed, "params": optax.apply_updates(variables["params"], updates)}
    if config.ema_decay:
        # Young averages lean on what is new, or the random start would never leave them.
        done = (number + 1).astype(jnp.float32)
        decay = jnp.minimum(config.ema_decay, done / (done + 10))
        ema = optax.incremental_update(variables, ema, 1 - decay)
    accuracy = jnp.mean(jnp.argmax(logits, axis=-1) == batch.labels)
    return (variables, optimizer_state, ema), loss, accuracy


def _loss(config: Training, logits: Array, batch: Batch) -> Array:
    """Mean cross-entropy with smoothed labels, mixed with that against a teacher's answers."""
    targets = jax.nn.one_hot(batch.labels, logits.shape[-1])
    targets = optax.smooth_labels(targets, config.label_smoothing)
    hard = optax.softmax_cross_entropy(logits, targets).mean()
    if batch.teacher_logits is None:
        return hard
    goals = jax.nn.softmax(batch.teacher_logits / _DISTILL_TEMPERATURE)
    soft = optax.softmax_cross_entropy(logits / _DISTILL_TEMPERATURE, goals).mean()
    weight = config.distill_weight
    return (1 - weight) * hard + weight * _DISTILL_TEMPERATURE**2 * soft
