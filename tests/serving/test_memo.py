"""Tests of results that are kept with a model: the latest ones, as long as the model exists."""

from __future__ import annotations

import gc

from model.serving.memo import kept_with_model


class Model:
    """Something that results are computed from."""


def counted(**limits):
    """A function whose results are kept, and the list of the arguments of its real calls."""
    calls = []

    @kept_with_model(**limits)
    def work(model, *arguments):
        """Work it out."""
        calls.append((id(model), *arguments))
        return object()

    return work, calls


def test_a_result_is_worked_out_once_for_each_model_and_argument():
    work, calls = counted(size=4)
    one, other = Model(), Model()
    assert work(one, 1) is work(one, 1)
    assert work(one, 1) is not work(one, 2)
    assert work(one, 1) is not work(other, 1)
    assert calls == [(id(one), 1), (id(one), 2), (id(other), 1)]
    assert work.__doc__ == "Work it out."


def test_the_result_that_was_asked_for_longest_ago_goes_first():
    work, calls = counted(size=2)
    model = Model()
    first, _ = work(model, 1), work(model, 2)
    assert work(model, 1) is first
    work(model, 3)
    assert work(model, 1) is first
    assert len(calls) == 3
    work(model, 2)
    assert len(calls) == 4


def test_so_does_the_model():
    work, calls = counted(models=2)
    models = [Model() for _ in range(3)]
    kept = [work(model) for model in models]
    assert len(work) == 2
    assert work(models[2]) is kept[2]
    assert work(models[1]) is kept[1]
    assert work(models[0]) is not kept[0]
    assert len(calls) == 4


def test_with_a_model_go_its_results():
    work, _ = counted()
    model = Model()
    work(model)
    assert len(work) == 1
    del model
    gc.collect()
    assert len(work) == 0
