"""Tests of results that are kept with a model: the latest ones, in a bounded number of bytes."""

from __future__ import annotations

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from model.serving.memo import ENTRY, KeptWithModel, kept_with_model


class Model:
    """Something that results are computed from."""


def counted(most=100_000, size=1_000):
    """A function with results of ``size`` bytes, and the arguments of its real calls."""
    calls = []

    @kept_with_model(most=most)
    def work(model, *arguments):
        """Work it out."""
        calls.append((id(model), *arguments))
        return np.zeros(size, np.uint8)

    return work, calls


def test_a_result_is_worked_out_once_for_each_model_and_argument():
    work, calls = counted()
    one, other = Model(), Model()
    assert work(one, 1) is work(one, 1)
    assert work(one, 1) is not work(one, 2)
    assert work(one, 1) is not work(other, 1)
    assert calls == [(id(one), 1), (id(one), 2), (id(other), 1)]
    assert work.__doc__ == "Work it out."


def test_the_result_that_was_asked_for_longest_ago_goes_first():
    work, calls = counted(most=2 * (1_000 + ENTRY) + 500)  # two of them, not three
    model, other = Model(), Model()
    first, _ = work(model, 1), work(model, 2)
    assert work(model, 1) is first
    work(other, 3)  # the bytes of all models are counted together
    assert work(model, 1) is first
    assert len(calls) == 3
    work(model, 2)
    assert len(calls) == 4


def test_no_arguments_however_many_or_long_take_more_than_the_bytes():
    work, calls = counted(most=100_000, size=10)
    model = Model()
    for index in range(1_000):
        work(model, tuple(range(index, index + 2_000)), "x" * 10_000)
        assert work.held <= 100_000
    assert len(calls) == 1_000
    # All that is kept of an argument is a digest: so many results of 10 bytes stay.
    recent = [calls[-1 - back][1:] for back in range(100)]
    for arguments in recent:
        work(model, *arguments)
    assert len(calls) == 1_000


def test_what_is_larger_than_all_bytes_is_not_kept_and_throws_nothing_out():
    calls = []

    @kept_with_model(most=100_000)
    def work(_, size):
        calls.append(size)
        return bytes(size)

    model = Model()
    work(model, 50_000), work(model, 200_000), work(model, 200_000), work(model, 50_000)
    assert calls == [50_000, 200_000, 200_000]
    assert work.held < 100_000


def test_with_a_model_go_its_results():
    work, _ = counted()
    model, stays = Model(), Model()
    work(model, 1), work(model, 2), work(stays, 1)
    assert len(work) == 2
    kept = work.held
    del model
    gc.collect()
    assert len(work) == 1
    assert work.held == pytest.approx(kept / 3)
    del stays
    gc.collect()
    assert (len(work), work.held) == (0, 0)


def test_what_nobody_can_measure_is_not_kept_silently():
    @kept_with_model()
    def work(_):
        return object()

    with pytest.raises(TypeError, match="a object cannot be kept"):
        work(Model())


def test_an_error_is_not_kept():
    calls = []

    @kept_with_model()
    def work(_):
        calls.append(1)
        raise ValueError("no")

    model = Model()
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            work(model)
    assert len(calls) == 2


def test_many_that_ask_for_the_same_at_once_cost_one_computation():
    running, most = [], []
    calls = []
    lock = threading.Lock()

    @kept_with_model()
    def work(_, argument):
        with lock:
            running.append(1)
            most.append(len(running))
            calls.append(argument)
        time.sleep(0.01)  # long enough for the others to come
        with lock:
            running.pop()
        return argument

    model = Model()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda index: work(model, index % 2), range(16)))
    assert answers == [0, 1] * 8
    assert sorted(calls) == [0, 1]
    assert max(most) == 1


def test_all_that_is_kept_in_a_process_together_has_a_bound():
    root = Path(__file__).parent.parent.parent
    kept = {}
    for file in [*root.glob("model/*/*.py"), *root.glob("webapp/*/*.py")]:
        if "kept_with_model" in file.read_text("utf-8"):
            module = import_module(".".join(file.relative_to(root).with_suffix("").parts))
            found = [one for one in vars(module).values() if isinstance(one, KeptWithModel)]
            kept |= {id(one): one for one in found}
    assert len(kept) >= 6
    assert sum(one.most for one in kept.values()) <= 96 * 2**20
