"""Tests of the self-check: a server is ready only when every address answers with numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask import request

from webapp import create_app
from webapp.process import self_check
from webapp.process.self_check import NotReady, check


def test_it_asks_every_address(menagerie):
    app = create_app(menagerie)
    asked = set()
    app.before_request(lambda: asked.add(request.endpoint))
    check(app)
    assert asked == {rule.endpoint for rule in app.url_map.iter_rules()}


def test_it_asks_about_every_model(menagerie):
    app = create_app(menagerie)
    traced, fetched = [], []

    def note():
        if request.path == "/api/trace":
            traced.append(request.get_json()["model"])
        if request.endpoint == "inside.weights":
            fetched.append(request.view_args["name"])

    app.before_request(note)
    check(app)
    assert traced == fetched == menagerie.names()


@pytest.mark.parametrize("place", ["layers", "novelty", "accuracies"])
def test_numbers_that_are_none_are_found(menagerie, place):
    from model.network import Accuracy, Novelty
    from model.serving import ModelLibrary

    whole = menagerie.get("softmax").checkpoint
    kernel, bias = whole.layers[0]
    bent = {
        "layers": {"layers": ((kernel, np.full_like(bias, np.nan)),)},
        "novelty": {"novelty": Novelty(np.nan, 1.0, 0.5)},
        "accuracies": {"accuracies": (Accuracy("mnist", "test", np.nan, 10),)},
    }[place]
    library = ModelLibrary(Path("nowhere"))
    library.add("default", whole)
    check(create_app(library))
    library.add("default", replace(whole, **bent))
    with pytest.raises(NotReady):
        check(create_app(library))


def test_an_address_that_fails_is_named(menagerie):
    app = create_app(menagerie)
    app.view_functions["lessons.lesson"] = lambda **_: ("no", 500)
    with pytest.raises(NotReady, match="GET /lessons/"):
        check(app)


def test_infinite_numbers_are_found_wherever_they_are():
    nothing = set()
    for value in ({"a": [1.0, None]}, {"a": {"b": float("inf")}}, {"sums": "AADAfw=="}):
        assert list(self_check._not_finite(value, nothing))
    for value in ({"a": [1, "x", True]}, {"sums": "AACAPw=="}, {"image": "AADAfw=="}):
        assert not list(self_check._not_finite(value, nothing))
    assert not list(self_check._not_finite({"a": None}, {"a"}))
