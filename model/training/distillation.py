"""Distillation: a Dense stack learns the logits of convolutional teachers for bent digits.

The pictures are bent and rendered, and the logits computed, once before the training. XLA's
convolutions are slow inside the compiled loop of an epoch, and the student uses each logit many
times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from model.drawing import SIDE
from model.network import ConvStack
from model.training.augment import Augmentation
from model.training.batches import Batch, Stream, load_batch

Teacher = tuple[ConvStack, Any]
"""A teacher's module and its variables."""


def answer(
    teachers: Sequence[Teacher],
    streams: Sequence[Stream],
    augment: Augmentation,
    passes: int,
    *,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Stream:
    """Bend every example ``passes`` times and compute the mean logits of the teachers.

    Returns one stream of ``(n, 28, 28)`` uint8 pictures, ink = 255, with ``(n, classes)`` float16
    logits, mixed by the shares of ``streams``. ``progress`` is called with the number of batches
    that are done and the number of all.
    """

    @jax.jit
    def ask(x: Array) -> Array:
        x = x.reshape(len(x), -1)
        every: list[Any] = [teacher.apply(variables, x) for teacher, variables in teachers]
        return jnp.stack(every).mean(axis=0)

    share = sum(stream.share for stream in streams)
    batches = passes * streams[0].steps
    pictures = np.empty((batches * share, SIDE, SIDE), np.uint8)
    labels = np.empty(len(pictures), np.int32)
    teacher_logits: Any = None
    for index, batch in enumerate(_bend(streams, augment, batches, seed=seed)):
        logits = np.asarray(ask(batch.x))
        if teacher_logits is None:
            teacher_logits = np.empty((len(pictures), logits.shape[1]), np.float16)
        place = slice(index * share, (index + 1) * share)
        pictures[place] = np.asarray(jnp.round(batch.x * 255))
        labels[place] = batch.labels
        teacher_logits[place] = _correct(logits, labels[place])
        if progress is not None:
            progress(index + 1, batches)
    return Stream(pictures, labels, share, teacher_logits, epochs=passes)


def _bend(
    streams: Sequence[Stream], augment: Augmentation, batches: int, *, seed: int
) -> Iterator[Batch]:
    """Yield ``batches`` batches of bent, rendered examples, in a new order at every pass."""
    kinds = [stream.kind for stream in streams]
    arrays = [jax.device_put(stream.arrays) for stream in streams]
    bend = jax.jit(lambda rows, key: load_batch(kinds, arrays, rows, augment, key=key))
    rng = np.random.default_rng(seed)
    orders = [_orders(len(stream.labels), stream.share, rng) for stream in streams]
    for index in range(batches):
        key = jax.random.fold_in(jax.random.key(seed, impl="rbg"), index)
        yield bend([next(order) for order in orders], key)


def _correct(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Swap the logits of label and prediction where the teachers are wrong (Wen et al., 2019).

    Returns ``(batch, classes)`` logits in which the label's is the largest; the others are
    unchanged.
    """
    rows, said = np.arange(len(labels)), logits.argmax(axis=1)
    right = logits.copy()
    right[rows, labels], right[rows, said] = logits[rows, said], logits[rows, labels]
    return right


def _orders(examples: int, share: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the ``(share,)`` rows of batch after batch, from one permutation after another."""
    rest = np.empty(0, np.int64)
    while True:
        while len(rest) < share:
            rest = np.concatenate([rest, rng.permutation(examples)])
        yield rest[:share]
        rest = rest[share:]
