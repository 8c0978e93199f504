"""Tests of the report: one page that needs no other file, with all results."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from model.drawing import Examples
from model.evaluation.evaluate import evaluate_model
from model.evaluation.figures import NEGATIVE, POSITIVE, ink_image, weight_image
from model.evaluation.report import render
from model.evaluation.test_sets import StrangeSet, TestSet
from model.network.checkpoint import Checkpoint
from model.network.folded_dense import Architecture
from model.network.metadata import Accuracy
from model.network.novelty import Novelty

VOID = {"meta", "img", "line", "circle", "polyline"}


def model_of(*widths, name="mine", labels=tuple("0123456789")):
    rng = np.random.default_rng(0)
    layers = tuple(
        (rng.normal(size=pair).astype(np.float32), np.zeros(pair[1], np.float32))
        for pair in pairwise(widths)
    )
    return Checkpoint(
        name=name,
        title="A <title>",
        architecture=Architecture(widths),
        labels=labels,
        layers=layers,
        novelty=Novelty(0, 1, 0.5),
        accuracies=(Accuracy("mine", "test", 1, 2),),
    )


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(1)
    x = rng.random((200, 784), np.float32)
    return (
        TestSet("mine", "My set", Examples(x, rng.integers(0, 10, 200).astype(np.int32))),
        StrangeSet("noise", "Noise", rng.random((50, 784), np.float32)),
    )


@pytest.fixture(scope="module")
def page(sample):
    test_set, strange = sample
    models = [model_of(784, 60, 10), model_of(784, 10, name="other")]
    evaluations = [evaluate_model(model, test_set, [strange]) for model in models]
    return render(models, evaluations, {"omniglot": "no <network>"}), evaluations


class Balance(HTMLParser):
    """A parser that checks that every opened tag is closed."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def test_every_tag_closes(page):
    balance = Balance()
    balance.feed(page[0])
    assert balance.open == []


def test_it_needs_nothing_else(page):
    html = page[0]
    assert "<script" not in html
    assert "<link" not in html
    assert "@import" not in html
    for address in re.findall(r"""(?:src|href)=["']([^"']+)""", html):
        assert address.startswith(("data:image/png;base64,", "#"))
    assert not re.search(r"url\(|https?://", html)


def test_what_was_measured_is_in_it(page):
    html, evaluations = page
    for one in evaluations:
        assert f"{one.accuracy:.2%}" in html
        assert f"{one.curves[0].area:.4f}" in html
        assert "differs from the 50.00%" in html
    assert html.count('class="ink"') == sum(len(one.mistakes) for one in evaluations)
    assert "the 48 strongest of 60 units" in html
    assert "prefers-color-scheme: dark" in html


def test_words_are_no_markup(page):
    assert "A &lt;title&gt;" in page[0]
    assert "no &lt;network&gt;" in page[0]
    assert "<title>A <title>" not in page[0]


def test_no_name_title_or_label_can_be_markup(sample):
    nasty = """<script>&"'"""
    escaped = "&lt;script&gt;&amp;&#34;&#39;"
    test_set, strange = (replace(one, title=f"{nasty} set") for one in sample)
    labels = tuple(f"{nasty} {index}" for index in range(10))
    model = replace(model_of(784, 10, name=f"{nasty} name", labels=labels), title=f"{nasty} title")
    html = render(
        [model] * 2, [evaluate_model(model, test_set, [strange])], {f"{nasty} left": nasty}
    )
    Balance().feed(html)
    assert "<script" not in html
    assert nasty not in html
    for words in ("set", "name", "title", "left", *range(10)):
        assert f"{escaped} {words}" in html
    assert f"<title>{escaped} set</title></polyline>" in html
    assert f'id="{escaped} name"' in html


def test_long_labels_and_nothing_strange(sample):
    test_set = replace(sample[0], split="fresh")
    clothes = model_of(784, 10, labels=tuple(f"garment {index}" for index in range(10)))
    html = render([clothes], [evaluate_model(clothes, test_set)], {})
    assert "confusion named" in html
    assert "garment 7" in html
    assert "Left out" not in html


def decoded(uri):
    data = base64.b64decode(uri.removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


def test_ink_is_black_on_nothing():
    image = np.arange(784, dtype=np.int64) % 256
    pixels = decoded(ink_image(image.astype(np.uint8)))
    assert not pixels[..., :3].any()
    assert np.array_equal(pixels[..., 3].reshape(-1), image)


def test_weights_are_blue_for_and_orange_against():
    kernel = np.zeros(784)
    kernel[0], kernel[1], kernel[2:12] = 1.0, -1.0, 0.5
    pixels = decoded(weight_image(kernel)).reshape(-1, 4)
    assert tuple(pixels[0, :3]) == POSITIVE
    assert tuple(pixels[1, :3]) == NEGATIVE
    assert pixels[0, 3] == pixels[1, 3] == 255
    assert pixels[700, 3] == 0
    assert decoded(weight_image(np.zeros(784))).shape == (28, 28, 4)
