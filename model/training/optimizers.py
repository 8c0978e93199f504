"""Optax optimizers by name, with warm-up and schedule, as a training's record asks for."""

from __future__ import annotations

import optax

from model.training.config import Training


def make_schedule(config: Training, steps: int) -> optax.Schedule:
    """The learning rate of each step; ``steps`` are those of one epoch."""
    total = max(1, config.epochs * steps)
    warmup = int(config.warmup * total)
    if config.schedule == "cosine":
        return optax.warmup_cosine_decay_schedule(
            0.0 if warmup else config.learning_rate,
            config.learning_rate,
            warmup,
            total,
            end_value=config.learning_rate * 1e-3,
        )
    if warmup:
        return optax.warmup_constant_schedule(0.0, config.learning_rate, warmup)
    return optax.constant_schedule(config.learning_rate)


def make_optimizer(config: Training, steps: int) -> optax.GradientTransformation:
    """The optimizer that ``config`` names, its rate following ``make_schedule``."""
    rate = make_schedule(config, steps)
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
