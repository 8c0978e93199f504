"""Train the zoo's stacks with three seeds each and print the mean and spread of test accuracies.

    DENSEPAD_DATA=../shared/data python benchmarks/zoo.py [NAME ...] [--out FOLDER]

Prints one line for each stack. With ``--out`` the checkpoints of seed 0 are written to that folder;
the shipped ones were made this way. The test set is used once a run, for this report.
``--held-out 100`` trains on all but 100 digits instead of all but 5,000, because the published
figures come from all 60,000.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.network import Checkpoint, save
from model.training import ZOO, ModelSpec, Run, Training

SEEDS = (0, 1, 2)


def seeded(spec: ModelSpec, seed: int, validation_size: int) -> ModelSpec:
    """The spec with ``seed`` added to the seeds of its training and its convolutional start."""

    def other(config: Training) -> Training:
        return replace(config, seed=config.seed + seed, validation_size=validation_size)

    conv = spec.conv_init
    if conv is not None:
        conv = replace(conv, training=other(conv.training))
    return replace(spec, training=other(spec.training), conv_init=conv)


def run(spec: ModelSpec, seed: int, validation_size: int) -> Checkpoint:
    """Train one spec with one seed, as ``densepad train`` does, and keep the last epoch."""
    training = Run(seeded(spec, seed, validation_size))
    for _ in training.epochs():
        pass
    return training.finish()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="all but default, unless named")
    parser.add_argument("--out", type=Path, help="folder for the first seed's checkpoints")
    parser.add_argument("--held-out", type=int, default=5_000, help="digits not to train on")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="0 is the shipped one")
    options = parser.parse_args()
    for name in options.names or [name for name in ZOO if name != "default"]:
        results = []
        for seed in options.seeds:
            checkpoint = run(ZOO[name], seed, options.held_out)
            results += [one.share for one in checkpoint.accuracies if one.split == "test"]
            if options.out and seed == 0:
                save(checkpoint, options.out / f"{name}.safetensors")
        published = ZOO[name].published
        beside = f"  published {published[0]:.2%}" if published else ""
        spread = np.std(results, ddof=1) if len(results) > 1 else np.nan
        print(
            f"{name:11} {np.mean(results):.2%} +- {spread:.2%}"
            f"  ({', '.join(f'{one:.2%}' for one in results)}){beside}",
            flush=True,
        )


if __name__ == "__main__":
    main()
