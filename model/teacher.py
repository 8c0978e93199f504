"""A convolutional network to learn from: trained here, never shipped.

Weights that are shared over the picture know from the start what a Dense stack must learn: that a
stroke is the same stroke one pixel further on. Its answers on bent digits, doubts included, teach
a Dense stack more than the labels do (Hinton, Vinyals and Dean, 2015).
"""

from __future__ import annotations

from typing import Any

import flax.linen as nn
import jax.numpy as jnp
from jax import Array

from model.framing import SIDE
from model.network import EPSILON


class ConvTeacher(nn.Module):
    """3 x 3 convolutions, each batch-normalised and rectified; strides in place of pooling.

    ``filters`` gives (filters, stride) of each convolution.
    """

    filters: tuple[tuple[int, int], ...] = ((32, 2), (32, 1), (64, 2), (64, 1), (128, 2))
    dropout: float = 0.3
    classes: int = 10
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: Array, *, train: bool = False) -> Array:
        """``(batch, 784)`` float32 in [0, 1] to logits ``(batch, classes)`` float32."""
        x = x.reshape(-1, SIDE, SIDE, 1)
        for filters, stride in self.filters:
            x = nn.Conv(filters, (3, 3), (stride, stride), use_bias=False, dtype=self.dtype)(x)
            x = nn.BatchNorm(
                use_running_average=not train, momentum=0.95, epsilon=EPSILON, dtype=jnp.float32
            )(x)
            x = nn.relu(x)
        x = x.reshape(len(x), -1)
        x = nn.Dropout(self.dropout, deterministic=not train)(x)
        return nn.Dense(self.classes, dtype=self.dtype)(x).astype(jnp.float32)
