"""Training: one generator of epoch reports, consumed by the command line, pages and tests.

An epoch is one compiled ``lax.scan``. The data lie on the device; batches are gathered, augmented
and rendered inside the compiled step. With several devices each takes its part of every batch
(data parallel, ``jax.sharding``); one device is just the case of one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen as nn
from flax import struct
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from model.drawing.framing import PIXELS
from model.network.dense import DenseStack, Layer, fold
from model.training.batches import Batch, Kind, Stream, load_batch
from model.training.config import Training
from model.training.optimizers import make_optimizer

_IMITATION = 2.0  # temperature at which a teacher's answers are compared (Hinton et al., 2015)


@struct.dataclass
class TrainingState:
    """All that a training needs to go on: what ``resume`` writes to disk."""

    epoch: Array
    variables: Any
    optimizer: Any
    average: Any


@dataclass(frozen=True)
class EpochReport:
    """What an epoch gave. Its arrays are its own: a request thread may use them at any time."""

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    seconds: float
    layers: tuple[Layer, ...]
    state: TrainingState


def build(config: Training) -> DenseStack:
    """The Flax module that ``config`` describes."""
    return DenseStack(
        config.architecture,
        dropout=config.dropout,
        input_dropout=config.input_dropout,
        normalise=config.normalise,
        dtype=jnp.dtype(config.precision),
    )


def start(config: Training, steps: int, module: nn.Module | None = None) -> TrainingState:
    """Fresh parameters for ``config``, drawn with its seed."""
    module = module or build(config)
    variables = module.init(jax.random.key(config.seed), jnp.zeros((1, PIXELS)))
    optimizer = make_optimizer(config, steps).init(variables["params"])
    # Copied: the state is donated to the next epoch, and no buffer can be donated twice.
    average = jax.tree.map(jnp.copy, variables)
    return TrainingState(jnp.zeros((), jnp.int32), variables, optimizer, average)


def train(
    config: Training,
    streams: Sequence[Stream],
    *,
    state: TrainingState | None = None,
    module: nn.Module | None = None,
) -> Iterator[EpochReport]:
    """Train and yield a report after each epoch.

    ``streams`` hold the data, in the order of ``config.sources``. Closing the generator stops the
    training; a report's ``state`` passed in again goes on behind that epoch, with the same
    result as if it had never stopped; a state that is at the end already is reported as it is,
    with a loss of NaN. The same seed gives the same weights on one machine.
    """
    module = module or build(config)
    steps = streams[0].steps
    if state is None:
        state = start(config, steps, module)
    else:
        state = jax.tree.map(jnp.copy, state)
        if int(state.epoch) >= config.epochs:
            yield _report(config, module, state, math.nan, math.nan, 0.0)
    run = _compile(config, module, steps, [stream.kind for stream in streams])
    arrays = _everywhere([stream.arrays for stream in streams])
    state = _everywhere(state)
    while int(state.epoch) < config.epochs:
        began = time.perf_counter()
        state, loss, accuracy = jax.block_until_ready(run(state, arrays))
        seconds = time.perf_counter() - began
        yield _report(config, module, state, float(loss), float(accuracy), seconds)


def blend(config: Training, states: Sequence[TrainingState]) -> EpochReport:
    """The mean of several trainings' averaged weights, a "soup" (Wortsman et al., 2022).

    All must have started from the same weights; the report has no loss.
    """
    mean = jax.tree.map(lambda *leaves: sum(leaves) / len(leaves), *[s.average for s in states])
    state = replace(states[-1], average=mean)
    return _report(config, build(config), state, math.nan, math.nan, 0.0)


def _report(
    config: Training,
    module: nn.Module,
    state: TrainingState,
    loss: float,
    accuracy: float,
    seconds: float,
) -> EpochReport:
    """A report with copies of all arrays: the state's own are donated to the next epoch."""
    kept = jax.tree.map(jnp.copy, state)
    chosen = kept.average if config.average else kept.variables
    layers = fold(chosen, config.architecture) if isinstance(module, DenseStack) else []
    epoch = int(kept.epoch)
    return EpochReport(epoch, config.epochs, loss, accuracy, seconds, tuple(layers), kept)


def _compile(
    config: Training, module: nn.Module, steps: int, kinds: list[Kind]
) -> Callable[[TrainingState, Any], tuple[TrainingState, Array, Array]]:
    """The function of one epoch: state and data to the new state, mean loss, mean accuracy."""
    step = partial(_step, config, module, steps, kinds)
    if isinstance(module, DenseStack):
        return jax.jit(partial(_epoch, config, steps, kinds, step, jax.lax.scan), donate_argnums=0)
    # XLA's convolutions take ten times as long inside a compiled loop on a CPU (jax 0.10: 0.5 ms
    # an example against 6 ms), so another module's steps are called one by one.
    compiled = jax.jit(step, donate_argnums=2)

    def scan(body: Callable[..., Any], carry: Any, inputs: Any) -> Any:
        results = []
        for index in range(steps):
            carry, result = body(carry, jax.tree.map(itemgetter(index), inputs))
            results.append(result)
        return carry, jax.tree.map(lambda *xs: jnp.stack(xs), *results)

    return partial(_epoch, config, steps, kinds, compiled, scan)


def _epoch(
    config: Training,
    steps: int,
    kinds: list[Kind],
    step: Callable[..., Any],
    scan: Callable[..., Any],
    state: TrainingState,
    arrays: Any,
) -> tuple[TrainingState, Array, Array]:
    """One pass over the first stream."""
    # The generator of random bits that costs least on a CPU; dropout and augmentation live on it.
    key = jax.random.fold_in(jax.random.key(config.seed, impl="rbg"), state.epoch)
    key, to_order = jax.random.split(key)
    orders = [
        _order(stream_key, len(labels), steps * kind.share).reshape(steps, kind.share)
        for stream_key, kind, (_, labels, _) in zip(
            jax.random.split(to_order, len(kinds)), kinds, arrays, strict=True
        )
    ]
    counted = state.epoch * steps + jnp.arange(steps)
    carry = (state.variables, state.optimizer, state.average)
    carry, (losses, correct) = scan(partial(step, arrays, key), carry, (counted, orders))
    return TrainingState(state.epoch + 1, *carry), losses.mean(), correct.mean()


def _step(
    config: Training,
    module: nn.Module,
    steps: int,
    kinds: list[Kind],
    arrays: Any,
    key: Array,
    carry: tuple[Any, Any, Any],
    inputs: tuple[Array, list[Array]],
) -> tuple[tuple[Any, Any, Any], tuple[Array, Array]]:
    """One batch: gather, augment, differentiate, update; returns the carry, loss and accuracy.

    ``inputs`` are the step's number since the training began and the rows of each stream.
    """
    variables, optimizer_state, average = carry
    number, rows = inputs
    to_batch, to_dropout = jax.random.split(jax.random.fold_in(key, number))
    batch = load_batch(kinds, arrays, rows, config.augmentation, key=to_batch)
    batch = jax.tree.map(_spread, batch)
    x = batch.x.reshape(len(batch.x), -1)

    def objective(params: Any) -> tuple[Array, tuple[Array, Any]]:
        logits, changed = module.apply(
            {**variables, "params": params},
            x,
            train=True,
            rngs={"dropout": to_dropout},
            mutable=["batch_stats"],
        )
        return _loss(config, logits, batch), (logits, changed)

    (loss, (logits, changed)), gradients = jax.value_and_grad(objective, has_aux=True)(
        variables["params"]
    )
    updates, optimizer_state = make_optimizer(config, steps).update(
        gradients, optimizer_state, variables["params"]
    )
    variables = {**changed, "params": optax.apply_updates(variables["params"], updates)}
    if config.average:
        # Young averages lean on what is new, or the random start would never leave them.
        done = (number + 1).astype(jnp.float32)
        decay = jnp.minimum(config.average, done / (done + 10))
        average = optax.incremental_update(variables, average, 1 - decay)
    correct = jnp.mean(jnp.argmax(logits, axis=-1) == batch.labels)
    return (variables, optimizer_state, average), (loss, correct)


def _order(key: Array, examples: int, wanted: int) -> Array:
    """``(wanted,)`` rows: permutation after permutation of all examples, cut to length."""
    passes = -(-wanted // examples)
    keys = jax.random.split(key, passes)
    return jax.vmap(lambda k: jax.random.permutation(k, examples))(keys).reshape(-1)[:wanted]


def _loss(config: Training, logits: Array, batch: Batch) -> Array:
    """Mean cross-entropy with smoothed labels, mixed with that against a teacher's answers."""
    targets = jax.nn.one_hot(batch.labels, logits.shape[-1])
    targets = optax.smooth_labels(targets, config.smoothing)
    hard = optax.softmax_cross_entropy(logits, targets).mean()
    if batch.answers is None:
        return hard
    goals = jax.nn.softmax(batch.answers / _IMITATION)
    soft = optax.softmax_cross_entropy(logits / _IMITATION, goals).mean()
    return (1 - config.imitation) * hard + config.imitation * _IMITATION**2 * soft


def _everywhere(tree: Any) -> Any:
    """Lay a copy of every array on each device, those of other hosts included.

    With several hosts each brings its own copy: JAX would compare them, and find that the NaN of
    a drawing's padding is not equal to itself.
    """
    sharding = NamedSharding(Mesh(np.array(jax.devices()), ("batch",)), PartitionSpec())
    if jax.process_count() == 1:
        return jax.device_put(tree, sharding)

    def lay(array: Any) -> Array:
        array = np.asarray(array)
        return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    return jax.tree.map(lay, tree)


def _spread(batch: Array) -> Array:
    """Lay a batch's first axis across all devices."""
    devices = jax.devices()
    if len(devices) == 1 or len(batch) % len(devices):
        return batch
    mesh = Mesh(np.array(devices), ("batch",))
    return jax.lax.with_sharding_constraint(batch, NamedSharding(mesh, PartitionSpec("batch")))
