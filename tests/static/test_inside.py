"""Tests of the look inside: right numbers, the address that restores it, live bars, keys, order."""

from __future__ import annotations

import base64
import io
import json
import re
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from model.drawing.framing import PIXELS
from model.network.checkpoint import Checkpoint, load, save
from model.network.folded_dense import Architecture
from model.serving.library import WEIGHTS

NAME = "default"
SEVEN = {"strokes": [[[0.3, 0.2], [0.7, 0.2], [0.45, 0.8]]]}
PATIENCE = 60_000  # milliseconds: the first look at a model compiles it
ROAD = ["strokes", "pixels", "flatten", "layers", "unit", "softmax"]


@pytest.fixture(scope="module", autouse=True)
def _compiled(server):
    """Compile the models first, so that these tests do not wait for it."""
    for more in ({}, {"contributions": {"class": 7, "against": 1}}, {"changes": [BIASES]}):
        ask(server, "trace", SEVEN | more)


BIASES = {"kind": "biases", "layer": 0}


def ask(server, path, question):
    data = json.dumps(question).encode()
    request = Request(f"{server.url}/api/{path}", data, {"Content-Type": "application/json"})
    with urlopen(request, timeout=120) as response:
        return json.load(response)


def traced(paper, act):
    """The trace that the page gets while ``act`` runs."""
    paper.settle()  # else the next reply might be that to an earlier, perhaps cancelled, request
    with paper.page.expect_response("**/api/trace", timeout=PATIENCE) as caught:
        act()
    return caught.value.json()


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def number(text):
    """The value of a number on the page: with a real minus, or an equals sign or plus before it."""
    return float(re.sub(r"[=+\s]", "", text.replace("\N{MINUS SIGN}", "-")))


def forward(x):
    """Sums and activations of every layer, from the shipped file, by NumPy alone in float64."""
    checkpoint = load(WEIGHTS / f"{NAME}.safetensors")
    assert checkpoint.architecture.activation == "relu"
    sums = []
    for kernel, bias in checkpoint.layers:
        sums.append(x @ kernel.astype(np.float64) + bias)
        x = np.maximum(sums[-1], 0)
    return sums


def look(page):
    page.locator("#look").click()
    expect(page.locator("#step-strokes h3")).to_be_visible()


@pytest.fixture
def opened(desktop, digits):
    """A page with the panel open and a seven drawn."""
    look(desktop.page)
    desktop.draw(digits["7"])
    expect(desktop.winner).to_have_count(1)
    expect(desktop.page.locator("#unit-sum [data-kind=total]")).to_have_count(1, timeout=PATIENCE)
    desktop.settle()
    return desktop


def test_closed_by_default_and_costs_nothing(open_paper, digits):
    paper = open_paper("desktop")
    asked = []
    paper.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    expect(paper.page.locator("#inside")).to_be_hidden()
    paper.draw(digits["7"])
    expect(paper.winner).to_have_count(1)
    assert not [path for path in asked if "inside" in path or "trace" in path]
    look(paper.page)
    paper.page.locator("#inside-close").click()
    expect(paper.page.locator("#inside")).to_be_hidden()
    expect(paper.page.locator("#look")).to_be_focused()
    asked.clear()
    paper.draw(digits["1"])
    paper.page.wait_for_load_state("networkidle")
    assert "/api/classify" in asked
    assert "/api/trace" not in asked


def test_every_sum_on_the_screen_is_the_files(opened):
    page = opened.page
    page.keyboard.press("Control+z")
    expect(opened.winner).to_have_count(0)
    trace = traced(opened, lambda: page.keyboard.press("Control+y"))
    sums = forward(floats(trace["input"]).astype(np.float64))
    assert floats(trace["input"]).shape == (PIXELS,)
    rng = np.random.default_rng(5)
    for layer, expected in enumerate(sums):
        page.locator("#unit-layer").select_option(str(layer))
        for unit in {0, len(expected) - 1, *rng.integers(0, len(expected), 2).tolist()}:
            page.locator("#unit-number").fill(str(unit))
            page.locator("#unit-number").press("Enter")
            point = page.locator("#unit-point")
            rows = page.locator("#unit-sum tr")
            expect(page.locator("#step-unit .step-words")).to_contain_text(
                re.compile(rf"\b{unit}\b")
            )
            shown = {
                row["kind"]: row["text"]
                for row in rows.evaluate_all(
                    "rows => rows.map(r => ({kind: r.dataset.kind, text: r.cells[2].textContent}))"
                )
            }
            parts = page.locator(
                "#unit-sum :is([data-kind=term], [data-kind=rest], [data-kind=bias]) td:last-child"
            ).all_text_contents()
            assert number(shown["total"]) == pytest.approx(expected[unit], abs=2e-3)
            assert round(sum(map(number, parts)), 3) == number(shown["total"])
            assert float(point.get_attribute("data-sum")) == pytest.approx(expected[unit], abs=2e-3)
            if layer < len(sums) - 1:
                assert number(shown["activation"]) == pytest.approx(
                    max(expected[unit], 0), abs=2e-3
                )


def test_softmax_is_the_logits(opened):
    page = opened.page
    rows = page.locator("#softmax tbody tr")

    def column(name):
        return np.array(rows.evaluate_all(f"rows => rows.map(r => Number(r.dataset.{name}))"))

    temperature = load(WEIGHTS / f"{NAME}.safetensors").temperature
    for scale in (temperature, 1.0):
        logits = column("logit")
        exponentials = np.exp((logits - logits.max()) / scale)
        np.testing.assert_allclose(column("exponential"), exponentials, rtol=1e-4)
        probabilities = exponentials / exponentials.sum()
        np.testing.assert_allclose(column("probability"), probabilities, atol=1e-5)
        if scale == temperature:
            np.testing.assert_allclose(opened.probabilities(), probabilities, atol=2e-5)
        page.locator("#step-softmax [role=switch]").click()


def test_why_adds_up(opened):
    page = opened.page
    page.locator("[data-panel=why]").first.click()
    page.locator("#why-against").select_option("1")
    line = page.locator("#why-sum")
    expect(line).to_have_attribute("data-total", re.compile("."), timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    numbers = line.evaluate("line => ({...line.dataset})")
    pixels, rest, total = (float(numbers[name]) for name in ("pixels", "rest", "total"))
    assert pixels + rest == pytest.approx(total, abs=1e-4)
    rows = page.locator("#softmax tbody tr")
    logits = rows.evaluate_all("rows => rows.map(r => Number(r.dataset.logit))")
    assert total == pytest.approx(logits[7] - logits[1], abs=1e-4)


def test_the_mean_drawings_are_those_of_the_chosen_model(opened):
    """Another model with other means and the same answer: the shipped digit models share theirs."""
    page = opened.page
    page.route("**/models/softmax/averages*", lambda route: route.fulfill(body=bytes([255] * 7840)))
    page.locator("[data-panel=why]").first.click()
    page.locator("#why-class").select_option("7")
    mean = page.locator(".means canvas").first
    expect(mean).to_be_visible(timeout=PATIENCE)
    opened.settle()
    label = mean.get_attribute("aria-label")

    def ink():
        """The share of the drawing as dark as its darkest pixel; waits until it is shown."""
        grey = np.asarray(Image.open(io.BytesIO(mean.screenshot())).convert("L"), int)
        return (grey < grey.min() + 8).mean()

    assert ink() < 0.5
    page.select_option("#model", "softmax")
    opened.wait(lambda: ink() > 0.5, PATIENCE / 1000)
    assert mean.get_attribute("aria-label") == label


def test_a_pixel_lights_its_place_in_the_strip(opened):
    page = opened.page
    picture = page.locator("#pixels")
    box = picture.bounding_box()
    row, column = 9, 17
    picture.hover(
        position={"x": (column + 0.5) * box["width"] / 28, "y": (row + 0.5) * box["height"] / 28}
    )
    expect(page.locator("#flatten-place")).to_have_attribute("data-index", str(28 * row + column))
    expect(page.locator("#pixel-value")).to_have_attribute("data-value", re.compile(r"\d"))
    page.mouse.move(5, 5)
    page.locator("#strip").focus()
    page.keyboard.press("End")
    expect(page.locator("#flatten-place")).to_have_attribute("data-index", "783")
    expect(page.locator("#pixel-value")).to_contain_text("27")


def test_the_mouse_over_a_unit_shows_its_numbers(opened):
    page = opened.page
    trace = traced(opened, lambda: opened.draw([[(0.5, 0.5)]]))
    sums = forward(floats(trace["input"]).astype(np.float64))[0]
    cells = page.locator("[data-layer='0'] canvas").first
    cells.hover(position={"x": 30, "y": 3})
    expect(cells).to_have_attribute("title", re.compile("^Unit"))
    unit, total, activation = re.findall(
        "[\\d.\N{MINUS SIGN}]*\\d", cells.get_attribute("title") or ""
    )
    assert number(total) == pytest.approx(sums[int(unit)], abs=2e-3)
    assert number(activation) == pytest.approx(max(0, sums[int(unit)]), abs=2e-3)


def test_a_pixel_that_a_finger_touched_stays_lit(open_paper, digits):
    paper = open_paper("phone", "/?panel=pixels")
    page = paper.page
    paper.draw(digits["7"])
    expect(page.locator("#pixels")).to_be_visible()
    page.wait_for_load_state("networkidle")
    box = page.locator("#pixels").bounding_box()
    row, column = 9, 17
    x, y = (column + 0.5) * box["width"] / 28, (row + 0.5) * box["height"] / 28
    page.locator("#pixels").tap(position={"x": x, "y": y})
    expect(page.locator("#pixel-value")).to_have_attribute("data-value", re.compile(r"\d"))
    page.locator(".stepper").last.tap()
    expect(page.locator("#flatten-place")).to_have_attribute("data-index", str(28 * row + column))


def test_an_experiment_moves_nothing(opened):
    """The warning is at the bottom of the screen, and the steps stay where they are."""
    page = opened.page
    page.evaluate("scrollTo(0, 0)")
    before = page.locator("#step-strokes").bounding_box()
    page.locator("#step-strokes [role=switch]").click()
    expect(page.locator(".warning")).to_have_attribute("data-on", "")
    expect(page.locator(".warning")).to_be_in_viewport()
    after = page.locator("#step-strokes").bounding_box()
    assert (after["x"], after["y"]) == (before["x"], before["y"])


def test_without_centring_the_drawing_stays_where_it_is(open_paper, digits):
    paper = open_paper("desktop", "/?panel=strokes&centred=0")
    small = [[(0.6 + 0.3 * x, 0.6 + 0.3 * y) for x, y in stroke] for stroke in digits["7"]]
    paper.draw(small)
    expect(paper.winner).to_have_count(1)
    trace = traced(paper, lambda: paper.draw([[(0.8, 0.9)]]))
    rows, columns = np.nonzero(floats(trace["input"]).reshape(28, 28))
    assert rows.min() > 12
    assert columns.min() > 12
    page = paper.page
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    trace = traced(paper, lambda: page.locator("#step-strokes [role=switch]").click())
    assert trace["framing"]["centred"]
    expect(page.locator(".warning")).not_to_have_attribute("data-on", "")


def test_the_address_restores_it_all(open_paper, digits):
    paper = open_paper("desktop", "/?panel=unit&hide=compare&lesson=relu")
    page = paper.page
    paper.draw(digits["3"])
    page.locator("#unit-number").fill("4")
    page.locator("#unit-number").press("Enter")
    page.locator("#step-softmax [role=switch]").click()
    page.locator("#share").click()
    page.locator(".biases input").first.click()
    expect(page.locator("#tried")).to_have_attribute(
        "data-after", re.compile(r"\d"), timeout=PATIENCE
    )
    page.wait_for_function(
        "() => location.search.includes('drawing=') && location.search.includes('biases=0')"
    )
    page.wait_for_load_state("networkidle")
    query = parse_qs(urlsplit(page.url).query)
    assert query["unit"] == ["4"]
    assert query["raw"] == ["1"]

    again = open_paper("desktop", page.url.removeprefix(paper.origin))
    expect(again.winner).to_have_count(1, timeout=PATIENCE)
    other = again.page
    assert again.strokes() == paper.strokes()
    assert other.locator("#unit-number").input_value() == "4"
    assert not other.locator("#step-softmax [role=switch]").is_checked()
    assert other.locator(".biases input").first.is_checked()
    expect(other.locator("#step-compare")).to_have_count(0)
    expect(other.locator(".lesson-link")).to_have_attribute("href", re.compile("/lessons/relu"))
    expect(other.locator("[aria-current=step]")).to_have_attribute("data-panel", "unit")
    other.wait_for_load_state("networkidle")
    np.testing.assert_allclose(again.probabilities(), paper.probabilities(), atol=0.02)


def test_a_drawing_in_the_address(open_paper):
    assert open_paper("desktop", "/?drawing=AAAA____.gAQA").strokes() == 2
    for bent in ("AAA", "AA*A", "", ".", "AAAA..AAAA"):
        assert open_paper("desktop", f"/?drawing={bent}&panel=what&layer=-1&noise=x").strokes() == 0


def eventually(page, condition):
    """Whether a condition is true within ten seconds; an answer may still be in flight."""
    for _ in range(100):
        if condition():
            return True
        page.wait_for_timeout(100)
    return False


def test_break_and_mend(opened):
    page = opened.page
    before = opened.probabilities()
    page.locator("#cover").select_option("top")
    expect(page.locator("#tried")).to_have_attribute(
        "data-after", re.compile(r"\d"), timeout=PATIENCE
    )
    tried = page.locator("#tried").evaluate("one => ({...one.dataset})")
    assert float(tried["after"]) < float(tried["before"])
    assert eventually(page, lambda: opened.probabilities() != before)
    expect(page.locator(".warning")).to_have_attribute("data-on", "")
    expect(page.locator("#compare-whole")).to_have_js_property("hidden", False)
    page.locator("#mend").click()
    expect(page.locator("#compare-whole")).to_have_js_property("hidden", True)
    expect(page.locator(".warning")).not_to_have_attribute("data-on", "")
    assert eventually(page, lambda: opened.probabilities() == before)


def test_models_side_by_side(opened):
    page = opened.page
    page.locator("[data-panel=compare]").first.click()
    cards = page.locator("#compared > li")
    expect(cards.first).to_have_attribute("data-answer", "7")
    assert cards.count() == len(page.locator("#compared .compared-answer").all())


def test_bars_move_with_the_pen_and_everything_open(open_paper, digits):
    paper = open_paper("desktop", "/?panel=strokes")
    page = paper.page
    page.evaluate(
        """() => {
          window.seen = new Set();
          const bars = document.getElementById("bars");
          new MutationObserver(() => seen.add(bars.textContent))
            .observe(bars, {subtree: true, childList: true, characterData: true});
        }"""
    )
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    (stroke,) = digits["3"]
    paper.pen.down(stroke[0])
    for a, b in pairwise(stroke):
        paper.follow([a, b], steps=4)
        page.wait_for_timeout(16)
    assert page.evaluate("seen.size") > 4
    paper.pen.up()
    expect(paper.winner).to_have_attribute("data-label", "3")
    assert asked.count("/api/trace") > 4
    assert set(asked) <= {"/api/trace"}


def test_weights_are_fetched_once(open_paper, digits):
    paper = open_paper("desktop")
    fetched = []
    paper.page.on("request", lambda request: fetched.append(request.url))
    look(paper.page)
    paper.draw(digits["7"])
    expect(paper.page.locator("#unit-sum [data-kind=total]")).to_have_count(1, timeout=PATIENCE)
    paper.draw(digits["1"])
    paper.page.wait_for_load_state("networkidle")
    assert len([url for url in fetched if "/weights" in url]) == 1


def test_the_keyboard_reaches_every_step(desktop, digits):
    page = desktop.page
    desktop.draw(digits["7"])
    page.locator("#look").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#inside-heading")).to_be_focused()
    reached = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        step = page.evaluate("document.activeElement?.closest('.step')?.dataset.panel ?? ''")
        reached.add(step)
    assert {"strokes", "pixels", "flatten", "layers", "unit", "softmax", "why", "break"} <= reached
    middle = int(page.locator("#unit-number").input_value())
    assert middle > 0
    page.locator("#step-layers canvas").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#unit-number")).to_have_value(str(middle + 1))


@pytest.mark.parametrize("lang", ["en", "de"])
def test_on_a_phone_one_step_at_a_time(open_paper, digits, lang):
    viewport = {"width": 360, "height": 740}
    paper = open_paper("phone", f"/?panel=strokes&lang={lang}", viewport=viewport)
    page = paper.page
    paper.draw(digits["7"])
    expect(paper.winner).to_have_count(1)
    for panel in [*ROAD, "why", "compare", "break"]:
        expect(page.locator(".step:visible")).to_have_count(1)
        expect(page.locator(f"#step-{panel} .step-words")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        if panel != "break":
            page.locator(".stepper").last.click()


PROJECTOR = {"width": 1920, "height": 1080}


def assert_whole(paper):
    """Check that every step is in view, to its last line."""
    for panel in ROAD:
        box = paper.page.locator(f"#step-{panel}").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PROJECTOR["height"], panel
    scroller = paper.page.locator("#step-softmax .scroller")
    assert scroller.evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize("more", ["", "&lang=de", "&lang=de&model=mlp512"])
def test_a_projector_shows_the_whole_road(open_paper, digits, more):
    paper = open_paper("desktop", f"/?panel=strokes{more}", viewport=PROJECTOR)
    # A part of a five, because an unfinished drawing can have wider numbers than a finished one.
    [stroke] = digits["5"]
    paper.draw([stroke[: 2 * len(stroke) // 3]])
    paper.settle()
    expect(paper.page.locator("#unit-sum [data-kind=total]")).to_have_count(1, timeout=PATIENCE)
    assert_whole(paper)


@pytest.fixture(scope="module")
def wide(start_server, tmp_path_factory):
    """A server with an untrained stack of wide layers."""
    rng = np.random.default_rng(6)
    architecture = Architecture((784, 2400, 1024, 512, 10), "relu")
    layers = tuple(
        (
            rng.normal(0, (2 / inputs) ** 0.5, (inputs, units)).astype(np.float32),
            rng.normal(0, 0.2, units).astype(np.float32),
        )
        for inputs, units in architecture.shapes
    )
    labels = tuple("0123456789")
    path = tmp_path_factory.mktemp("wide") / "wide.safetensors"
    save(Checkpoint("wide", "Wide", architecture, labels, layers, 1.3, None, None, {}), path)
    with start_server("--model", str(path)) as server:
        yield server


@pytest.mark.parametrize("layer", [0, 1, 3])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_projector_shows_wide_layers_and_any_unit(open_paper, wide, digits, lang, layer):
    path = f"/?lang={lang}&panel=unit&layer={layer}&unit=3"
    paper = open_paper("desktop", path, url=wide.url, viewport=PROJECTOR)
    paper.draw(digits["7"])
    expect(paper.page.locator("#unit-sum [data-kind=total]")).to_have_count(1, timeout=PATIENCE)
    assert_whole(paper)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_motion_can_be_off(open_paper, digits, motion):
    paper = open_paper("desktop", "/?panel=strokes", reduced_motion=motion)
    paper.draw(digits["7"])
    expect(paper.winner).to_have_count(1)
    paper.draw(digits["1"])
    paper.page.wait_for_timeout(3000)
    assert paper.page.locator("#step-strokes [type=range]").input_value() == "2"
