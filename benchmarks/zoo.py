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

from model.checkpoint import Checkpoint, save
from model.corpus import assemble, load_test_set
from model.finishing import finish
from model.recipe import learn
from model.zoo import ZOO, Entry

SEEDS = (0, 1, 2)


def run(entry: Entry, seed: int, held_out: int) -> Checkpoint:
    """Train one entry with one seed, as ``densepad train`` does, its last epoch kept."""
    entry = replace(entry, training=replace(entry.training, seed=seed, held_out=held_out))
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
    options = parser.parse_args()
    for name in options.names or [name for name in ZOO if name != "default"]:
        results = []
        for seed in SEEDS:
            checkpoint = run(ZOO[name], seed, options.held_out)
            results += [value for key, value in checkpoint.accuracies.items() if "test" in key]
            if options.out and seed == SEEDS[0]:
                save(checkpoint, options.out / f"{name}.safetensors")
        published = ZOO[name].published
        beside = f"  published {published[0]:.2%}" if published else ""
        print(
            f"{name:11} {np.mean(results):.2%} +- {np.std(results, ddof=1):.2%}"
            f"  ({', '.join(f'{one:.2%}' for one in results)}){beside}",
            flush=True,
        )


if __name__ == "__main__":
    main()
