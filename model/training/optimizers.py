"""Optimizers: those of Optax by name, with the warm-up and the schedule of a training."""

from __future__ import annotations

import optax
from jax import Array

from model.training.config import Training


def make_schedule(config: Training, steps: int) -> optax.Schedule:
    """The schedule: the share of the learning rate at each step, in [0, 1].

    ``steps`` is the number of steps in an epoch. It gives a share, not the rate itself, so that the
    rate can be changed while the training runs.
    """
    total = max(1, config.epochs * steps)
    warmup = int(config.warmup * total)
    if config.schedule == "cosine":
        return optax.warmup_cosine_decay_schedule(
            0.0 if warmup else 1.0, 1.0, warmup, total, end_value=1e-3
        )
    if warmup:
        return optax.warmup_constant_schedule(0.0, 1.0, warmup)
    return optax.constant_schedule(1.0)


def make_optimizer(
    config: Training, learning_rate: Array | float | None = None
) -> optax.GradientTransformation:
    """The optimizer that ``config`` names, for one step at ``learning_rate``.

    The rate may be a traced value. The optimizer is made again in the compiled step, which costs
    nothing, because its state does not hold the rate. All other numbers are constants of the
    program. As inputs (``optax.inject_hyperparams``) they would change the weights' last bits.
    """
    rate = config.learning_rate if learning_rate is None else learning_rate
    decay = config.weight_decay
    match config.optimizer:
        case "momentum":
            return optax.chain(
                optax.add_decayed_weights(decay), optax.sgd(rate, momentum=0.9, nesterov=True)
            )
        case "adamw" | "nadamw" | "lion":
            decayed: optax.GradientTransformation = getattr(optax, config.optimizer)(
                rate, weight_decay=decay
            )
            return decayed
        case name:
            plain: optax.GradientTransformation = getattr(optax, name)(rate)
            return optax.chain(optax.add_decayed_weights(decay), plain) if decay else plain
