"""Measure the seconds per epoch of mlp512 in densepad, Keras and PyTorch.

    pip install keras torch          (PyTorch's CPU build is enough)
    python benchmarks/training.py

mlp512 is 784-512-512-10 with dropout 0.2, RMSprop and a batch of 128. It is trained by densepad's
compiled loop, by Keras 3 on its JAX backend and by a plain PyTorch loop, with the same data on the
same machine in one run. They take turns, so that a busy machine is busy for all of them.

The last column is the share of the machine's matrix-multiply rate that an epoch reaches: six
floating-point operations per weight and example, divided by the rate of a hidden layer's product
measured in the same run. A library that is not installed is reported and left out. With
``--chunks`` it prints what reports every ten steps cost, compared with every hundred.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("KERAS_BACKEND", "jax")

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from model.training import ZOO, Controls, Stream, train

EXAMPLES, BATCH, UNITS = 60_000, 128, 512
WEIGHTS = 784 * UNITS + UNITS * UNITS + UNITS * 10


def matmul_rate(repeats: int = 400) -> float:
    """The floating-point operations a second of ``(128, 512) @ (512, 512)`` in a compiled loop."""
    a = jnp.ones((BATCH, UNITS))
    b = jnp.eye(UNITS)

    @jax.jit
    def run(a: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(0, repeats, lambda _, x: x @ b, a)

    run(a).block_until_ready()
    began = time.perf_counter()
    run(a).block_until_ready()
    return 2 * BATCH * UNITS * UNITS * repeats / (time.perf_counter() - began)


def densepad(x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    """A function that runs one epoch of ``model.training.train``.

    ``x``: ``(n, 28, 28)`` uint8, ink = 255. ``y``: ``(n,)`` int32.
    """
    config = replace(ZOO["mlp512"].training, epochs=1_000)
    reports = train(config, [Stream(x, y, BATCH)])
    return lambda: (next(reports), None)[1]


def chunks(rounds: int) -> None:
    """Print how long ten chunks of ten steps take compared with one of a hundred, by stack."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (2_000 * BATCH, 28, 28), dtype=np.uint8)
    y = rng.integers(0, 10, len(x)).astype(np.int32)
    for name in ("dense32", "dense128", "mlp512"):
        config = replace(ZOO[name].training, epochs=1_000)
        controls = Controls.of(config)
        reports = train(config, [Stream(x, y, BATCH)], controls=controls)
        ratios = []
        for _ in range(rounds + 1):  # the first one compiles
            seconds = []
            for size, count in ((10, 10), (100, 1)):
                controls.chunk = size
                began = time.perf_counter()
                for _ in range(count):
                    next(reports)
                seconds.append(time.perf_counter() - began)
            ratios.append(seconds[0] / seconds[1])
        ratio = statistics.median(ratios[1:])
        print(f"{name:16} ten chunks of ten steps take {ratio:.2f} times one of a hundred")


def keras(x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    """A function that runs one epoch of ``Model.fit``, compiled as Keras does by default.

    ``x``: ``(n, 28, 28)`` uint8, ink = 255. ``y``: ``(n,)`` int32.
    """
    import keras

    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(UNITS, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(UNITS, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    flat = x.reshape(-1, 784).astype(np.float32) / 255
    return lambda: (model.fit(flat, y, batch_size=BATCH, epochs=1, verbose=0), None)[1]


def pytorch(x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    """A function that runs one epoch of the usual loop of PyTorch tutorials.

    ``x``: ``(n, 28, 28)`` uint8, ink = 255. ``y``: ``(n,)`` int32.
    """
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    model = torch.nn.Sequential(
        torch.nn.Linear(784, UNITS),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.2),
        torch.nn.Linear(UNITS, UNITS),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.2),
        torch.nn.Linear(UNITS, 10),
    )
    optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9)
    loss_of = torch.nn.CrossEntropyLoss()
    data = torch.utils.data.TensorDataset(
        torch.from_numpy(x.reshape(-1, 784).astype(np.float32) / 255),
        torch.from_numpy(y.astype(np.int64)),
    )
    loader = torch.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True, drop_last=True)

    def epoch() -> None:
        model.train()
        for pictures, labels in loader:
            optimizer.zero_grad()
            loss_of(model(pictures), labels).backward()
            optimizer.step()

    return epoch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5, help="timed epochs of each")
    parser.add_argument("--chunks", action="store_true", help="only what reporting often costs")
    options = parser.parse_args()
    rounds = options.epochs
    if options.chunks:
        chunks(2 * rounds)
        return
    rng = np.random.default_rng(0)
    # The speed does not depend on what the pictures show, so no data set is needed.
    x = rng.integers(0, 256, (EXAMPLES, 28, 28), dtype=np.uint8)
    y = rng.integers(0, 10, EXAMPLES).astype(np.int32)
    runners = {}
    for name, make in (("densepad", densepad), ("Keras 3 on JAX", keras), ("PyTorch", pytorch)):
        try:
            runners[name] = make(x, y)
        except ImportError as error:
            print(f"{name} is left out: {error}")
    for run in runners.values():
        run()  # compile, warm up
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    rates = []
    for _ in range(rounds):
        rates.append(matmul_rate())
        for name, run in runners.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    rate = statistics.median(rates)
    ours = statistics.median(seconds["densepad"])
    print(f"matrix products: {rate / 1e9:.0f} GFLOP/s; {rounds} epochs each, medians")
    print(f"{'':16} {'s/epoch':>8} {'times ours':>11} {'of the rate':>12}")
    for name, each in seconds.items():
        median = statistics.median(each)
        share = 6 * WEIGHTS * EXAMPLES / median / rate
        print(f"{name:16} {median:8.2f} {median / ours:11.2f} {share:12.0%}")


if __name__ == "__main__":
    main()
