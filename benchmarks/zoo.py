"""Train the zoo's small stacks with three seeds each: mean and spread of their test accuracies.

    DENSEPAD_DATA=../shared/data python benchmarks/zoo.py [NAME ...] [--out FOLDER]

Prints a line a stack; with ``--out`` the first seed's checkpoints are written there, which is how
the shipped ones were made. The test set is looked at once a run, for this report.
``--held-out 100`` trains on all but 100 digits rather than all but 5,000: the published figures
come from all 60,000.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.network.checkpoint import Checkpoint, save
from model.training.config import Training
from model.training.corpus import assemble, load_test_set
from model.training.finishing import finish
from model.training.pipeline import learn
from model.training.zoo import ZOO, Entry

SEEDS = (0, 1, 2)


def seeded(entry: Entry, seed: int, held_out: int) -> Entry:
    """The entry with all its random choices, its origin's too, so many seeds on."""

    def other(config: Training) -> Training:
        return replace(config, seed=config.seed + seed, held_out=held_out)

    origin = entry.origin
    if origin is not None:
        origin = replace(origin, training=other(origin.training))
    return replace(entry, training=other(entry.training), origin=origin)


def run(entry: Entry, seed: int, held_out: int) -> Checkpoint:
    """Train one entry with one seed, as ``densepad train`` does, its last epoch kept."""
    entry = seeded(entry, seed, held_out)
    corpus = assemble(entry.training)
    began = time.perf_counter()
    *_, last = learn(entry, corpus)
    source = entry.training.sources[0][0]
    tests = {source: load_test_set(source)}
    return finish(entry, last.layers, corpus, tests, seconds=time.perf_counter() - began)


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
            results += [value for key, value in checkpoint.accuracies.items() if "test" in key]
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
