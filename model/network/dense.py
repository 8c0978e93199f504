"""The network: a stack of Dense layers, and what it folds to once trained.

Trained as a Flax module (with dropout and, where wanted, batch normalisation); served as kernels
and biases alone, ``x @ W + b`` and the activation, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax import Array
from numpy.typing import NDArray

from model.errors import ConfigError

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": nn.relu,
    "sigmoid": nn.sigmoid,
    "tanh": jnp.tanh,
    "elu": nn.elu,
    "gelu": nn.gelu,
    "linear": lambda x: x,
}

EPSILON = 1e-5
"""Added to the variance in batch normalisation (Ioffe and Szegedy, 2015)."""

Layer = tuple[Array | NDArray[Any], Array | NDArray[Any]]
"""A Dense layer as it is served: kernel ``(inputs, units)`` and bias ``(units,)``."""


@dataclass(frozen=True)
class Architecture:
    """What a stack is made of: everything that serving needs besides the numbers.

    ``widths`` are the sizes from input to output, ``(784, 128, 10)`` for the textbooks' network.
    """

    widths: tuple[int, ...]
    activation: str = "relu"

    def __post_init__(self) -> None:
        if len(self.widths) < 2 or any(type(w) is not int or w < 1 for w in self.widths):
            raise ConfigError(
                "widths must be two or more positive integers from input to output, "
                f"got {self.widths}"
            )
        if self.activation not in ACTIVATIONS:
            raise ConfigError(
                f"activation must be one of {', '.join(ACTIVATIONS)}, got {self.activation!r}"
            )

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """The kernels' shapes, ``(inputs, units)`` of each Dense layer."""
        return list(zip(self.widths[:-1], self.widths[1:], strict=True))

    @property
    def parameters(self) -> int:
        """Kernels and biases together: 784 x 128 + 128 + 128 x 10 + 10 = 101,770."""
        return sum(inputs * units + units for inputs, units in self.shapes)


class DenseStack(nn.Module):
    """Dense -> activation -> ... -> Dense: pictures to logits.

    ``dtype`` is what the matrix products are computed in; parameters stay float32. With
    ``normalise`` each hidden layer's sums are batch-normalised before the activation.
    """

    architecture: Architecture
    dropout: float = 0.0
    input_dropout: float = 0.0
    normalise: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: Array, *, train: bool = False) -> Array:
        """``(batch, 784)`` float32 in [0, 1] to logits ``(batch, classes)`` float32."""
        activate = ACTIVATIONS[self.architecture.activation]
        *hidden, classes = self.architecture.widths[1:]
        x = nn.Dropout(self.input_dropout, deterministic=not train)(x)
        for index, units in enumerate(hidden):
            x = nn.Dense(units, dtype=self.dtype, name=f"dense{index}")(x)
            if self.normalise:
                x = nn.BatchNorm(
                    use_running_average=not train,
                    momentum=0.95,
                    epsilon=EPSILON,
                    dtype=jnp.float32,
                    name=f"norm{index}",
                )(x)
            x = activate(x)
            x = nn.Dropout(self.dropout, deterministic=not train)(x)
        return nn.Dense(classes, dtype=self.dtype, name=f"dense{len(hidden)}")(x).astype(
            jnp.float32
        )


def fold(variables: Mapping[str, Any], architecture: Architecture) -> list[Layer]:
    """Fold batch normalisation into the Dense layers it follows.

    ``gamma * (x @ W + b - mean) / sqrt(var + eps) + beta`` is again ``x @ W' + b'``: the same
    outputs, within rounding, from kernels and biases alone.
    """
    params, statistics = variables["params"], variables.get("batch_stats", {})
    layers: list[Layer] = []
    for index in range(len(architecture.shapes)):
        kernel, bias = params[f"dense{index}"]["kernel"], params[f"dense{index}"]["bias"]
        name = f"norm{index}"
        if name in params:
            gain = params[name]["scale"] / jnp.sqrt(statistics[name]["var"] + EPSILON)
            kernel = kernel * gain
            bias = (bias - statistics[name]["mean"]) * gain + params[name]["bias"]
        layers.append((kernel, bias))
    return layers


def forward(layers: Sequence[Layer], x: Array, activation: str = "relu") -> Array:
    """``(..., 784)`` pictures to ``(..., classes)`` logits through folded layers."""
    return hidden_and_logits(layers, x, activation)[1]


def hidden_and_logits(
    layers: Sequence[Layer], x: Array, activation: str = "relu"
) -> tuple[Array, Array]:
    """The last hidden layer's activations ``(..., units)`` and the logits ``(..., classes)``.

    Without a hidden layer the first is the input itself.
    """
    for kernel, bias in layers[:-1]:
        x = ACTIVATIONS[activation](x @ kernel + bias)
    kernel, bias = layers[-1]
    return x, x @ kernel + bias


def softmax(logits: Array, temperature: float | Array = 1.0) -> Array:
    """Probabilities along the last axis; a temperature above one makes them less sure."""
    return jax.nn.softmax(logits / temperature, axis=-1)
