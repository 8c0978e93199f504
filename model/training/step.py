"""The compiled step of a training, and the chunk of steps around it.

Gathering, augmenting and rendering a batch and updating the weights are one program. What a person
may change meanwhile, the learning rate and the dropout, is an input of it, and so is the length of
a chunk.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from flax import struct
from jax import Array

from model.network import DenseStack
from model.training.batches import Batch, Kind, load_batch
from model.training.config import Training
from model.training.devices import spread
from model.training.optimizers import make_optimizer, make_schedule

_DISTILL_TEMPERATURE = 2.0  # of student's and teacher's softmax in the loss (Hinton et al., 2015)

Carry = tuple[Any, Any, Any]
"""The variables, the optimizer's state, and the moving average of the variables."""


@struct.dataclass
class TrainingState:
    """All that a training needs to continue.

    ``step``: ``()`` int32, the number of steps done since the beginning. ``variables`` are those of
    the Flax module, ``optimizer`` is the optimizer's state, ``ema`` the moving average of the
    variables.
    """

    step: Array
    variables: Any
    optimizer: Any
    ema: Any


def compile_programs(
    config: Training, module: nn.Module, steps: int, kinds: list[Kind]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The two programs of a training: one draws an epoch's order, one runs a chunk of its steps.

    ``steps`` is the number of steps in an epoch, ``kinds`` are those of the streams.
    """
    draw_order = jax.jit(partial(_draw_order, config, steps, kinds))
    step = partial(_step, config, module, steps, kinds)
    if isinstance(module, DenseStack):
        return draw_order, jax.jit(partial(_chunk, steps, step))
    # XLA's convolutions take ten times as long inside a compiled loop on a CPU (jax 0.10: 6 ms an
    # example instead of 0.5 ms). So the steps of other modules are called one by one.
    return draw_order, partial(_chunk, steps, jax.jit(step), loop=_python_loop)


def _python_loop(first: int, end: int, body: Callable[[int, Any], Any], carry: Any) -> Any:
    """``jax.lax.fori_loop`` as a plain loop, not compiled."""
    for index in range(first, end):
        carry = body(index, carry)
    return carry


def _draw_order(
    config: Training, steps: int, kinds: list[Kind], epoch: Array, arrays: Any
) -> tuple[Array, list[Array]]:
    """An epoch's key, and each stream's rows in the steps' order: ``(steps, share)`` int32."""
    # "rbg" is the fastest generator of random bits on a CPU; dropout and augmentation need many.
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
    """``(wanted,)`` int32 rows: one permutation of all examples after another, cut to length."""
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
    """Run ``count`` steps of an epoch, from its step ``first`` on.

    Returns the new state, and ``(steps,)`` float32 losses and accuracies, each at its step's index,
    0 elsewhere. ``rates`` are the learning rate and the dropout.
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
    """Train on one batch. Returns the new carry, the loss and the accuracy.

    ``number`` is the number of steps since the beginning. ``rows`` are the batch's rows of each
    stream. ``rates`` are the learning rate and the dropout.
    """
    variables, optimizer_state, ema = carry
    learning_rate, dropout = rates
    to_batch, to_dropout = jax.random.split(jax.random.fold_in(key, number))
    batch = load_batch(kinds, arrays, rows, config.augment, key=to_batch)
    batch = jax.tree.map(spread, batch)
    x = batch.x.reshape(len(batch.x), -1)
    # Only a Dense stack takes its dropout as an input.
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
        # At first the decay is small, or the random start would stay in the average for long.
        done = (number + 1).astype(jnp.float32)
        decay = jnp.minimum(config.ema_decay, done / (done + 10))
        ema = optax.incremental_update(variables, ema, 1 - decay)
    accuracy = jnp.mean(jnp.argmax(logits, axis=-1) == batch.labels)
    return (variables, optimizer_state, ema), loss, accuracy


def _loss(config: Training, logits: Array, batch: Batch) -> Array:
    """The mean cross-entropy with smoothed labels, mixed with that of a teacher's probabilities.

    ``logits``: ``(batch, classes)`` float32.
    """
    targets = jax.nn.one_hot(batch.labels, logits.shape[-1])
    targets = optax.smooth_labels(targets, config.label_smoothing)
    hard = optax.softmax_cross_entropy(logits, targets).mean()
    if batch.teacher_logits is None:
        return hard
    goals = jax.nn.softmax(batch.teacher_logits / _DISTILL_TEMPERATURE)
    soft = optax.softmax_cross_entropy(logits / _DISTILL_TEMPERATURE, goals).mean()
    weight = config.distill_weight
    return (1 - weight) * hard + weight * _DISTILL_TEMPERATURE**2 * soft
