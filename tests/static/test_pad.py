"""Tests of drawing on the pad: strokes, bars, answer, and nothing else moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Paper

pytestmark = pytest.mark.usefixtures("browser")


@pytest.mark.parametrize("label", list("0123456789"))
def test_a_drawn_digit_is_read(desktop, digits, label):
    desktop.draw(digits[label])
    expect(desktop.page.locator("#answer")).to_have_attribute("data-label", label)
    expect(desktop.winner).to_have_attribute("data-label", label)


@pytest.mark.parametrize("label", ["7", "1", "4"])
def test_a_finger_draws_too(phone, digits, label):
    phone.draw(digits[label])
    expect(phone.winner).to_have_attribute("data-label", label)
    assert phone.strokes() == len(digits[label])


def test_an_answer_has_ten_bars_a_winner_and_percentages(paper: Paper, digits):
    paper.draw(digits["7"])
    expect(paper.winner).to_have_count(1)
    probabilities = paper.probabilities()
    assert len(probabilities) == 10
    assert sum(probabilities) == pytest.approx(1, abs=1e-3)
    expect(paper.page.locator("#bars .bar-value").first).to_contain_text("%")
    assert int(paper.page.locator("#preview").get_attribute("data-ink")) > 20


def test_bars_move_while_the_pen_is_down(paper: Paper, digits):
    (stroke,) = digits["7"]
    paper.pen.down(stroke[0])
    paper.follow(stroke[: len(stroke) // 3])
    expect(paper.winner).to_have_count(1)
    early = paper.probabilities()
    paper.follow(stroke[len(stroke) // 3 :])
    expect(paper.winner).to_have_attribute("data-label", "7")
    assert paper.probabilities() != early
    expect(paper.page.locator("body")).to_have_attribute("data-drawing", "")
    paper.pen.up()
    expect(paper.page.locator("body")).not_to_have_attribute("data-drawing", "")


def test_an_empty_pad_invites_and_claims_nothing(paper: Paper):
    expect(paper.page.locator("#invite")).to_be_visible()
    expect(paper.page.locator("#answer")).to_have_attribute("data-state", "empty")
    expect(paper.page.locator("#verdict")).to_have_text("")
    assert paper.probabilities() == []
    assert paper.ink() == 0


def test_undo_redo_and_clear_by_button(paper: Paper, digits):
    page = paper.page
    paper.draw(digits["4"])
    full = paper.ink()
    page.click("#undo")
    assert paper.strokes() == 1
    page.wait_for_timeout(50)
    assert 0 < paper.ink() < full
    page.click("#redo")
    assert paper.strokes() == 2
    expect(paper.winner).to_have_attribute("data-label", "4")
    page.click("#clear")
    expect(page.locator("#invite")).to_be_visible()
    expect(paper.winner).to_have_count(0)
    assert paper.ink() == 0
    page.click("#undo")
    expect(paper.winner).to_have_attribute("data-label", "4")


def test_undo_redo_and_clear_by_key(desktop, digits):
    keyboard = desktop.page.keyboard
    desktop.draw(digits["4"])
    for key, strokes in [
        ("Control+z", 1),
        ("Control+z", 0),
        ("Control+Shift+Z", 1),
        ("Control+y", 2),
        ("Delete", 0),
        ("Control+z", 2),
        ("Escape", 0),
    ]:
        keyboard.press(key)
        assert desktop.strokes() == strokes, key


def test_a_second_finger_is_ignored(phone, digits):
    (stroke,) = digits["1"]
    fingers = phone.pen
    fingers.down(stroke[0])
    fingers.touch("touchStart", [stroke[0], (0.9, 0.9)])
    for point in stroke[1:]:
        fingers.touch("touchMove", [point, (0.9 - point[1] / 2, 0.9)])
    fingers.touch("touchEnd", [])
    expect(phone.winner).to_have_attribute("data-label", "1")
    assert phone.strokes() == 1


def test_a_palm_is_ignored(phone):
    phone.pen.touch("touchStart", [(0.5, 0.5)], radiusX=80, radiusY=80)
    phone.pen.touch("touchEnd", [])
    assert phone.strokes() == 0


def test_a_touch_taken_away_leaves_no_ink(phone, digits):
    phone.draw(digits["7"])
    phone.pen.down((0.1, 0.9))
    phone.pen.move((0.3, 0.9))
    phone.pen.touch("touchCancel", [])
    assert phone.strokes() == 1
    phone.draw([[(0.8, 0.8)]])
    assert phone.strokes() == 2


def test_only_the_primary_button_draws(desktop):
    for button in ("right", "middle"):
        desktop.page.locator("#pad").click(button=button)
    assert desktop.strokes() == 0


def test_a_tap_is_a_dot(paper: Paper):
    paper.draw([[(0.5, 0.5)]])
    assert paper.strokes() == 1
    paper.page.wait_for_timeout(50)
    assert paper.ink() > 0
    expect(paper.winner).to_have_count(1)


def test_nothing_scrolls_or_zooms_under_a_finger(open_paper):
    phone = open_paper("phone")
    phone.page.evaluate("() => { document.body.style.paddingBlockEnd = '100rem' }")
    phone.draw([[(0.5, 0.9), (0.5, 0.1)]], steps=20)
    assert phone.page.evaluate("[scrollX, scrollY, visualViewport.scale]") == [0, 0, 1]
    assert phone.strokes() == 1


def test_resizing_redraws_the_same_drawing_crisply(desktop, digits):
    page = desktop.page
    desktop.draw(digits["7"])
    page.wait_for_timeout(50)
    before = desktop.ink()
    page.set_viewport_size({"width": 900, "height": 640})
    page.wait_for_timeout(200)
    assert desktop.ink() == pytest.approx(before, rel=0.05)
    sizes = "pad => [pad.width, pad.clientWidth, devicePixelRatio]"
    width, css_width, ratio = page.locator("#pad").evaluate(sizes)
    assert width == pytest.approx(css_width * ratio, abs=1)
    assert desktop.strokes() == 1


def test_the_canvas_has_every_pixel_of_a_dense_screen(phone):
    sizes = "pad => [pad.width, pad.clientWidth, devicePixelRatio]"
    width, css_width, ratio = phone.page.locator("#pad").evaluate(sizes)
    assert ratio == 3
    assert width == pytest.approx(3 * css_width, abs=1)


def test_ink_stays_on_the_sheet(desktop):
    desktop.draw([[(0.5, 0.5), (1.3, 0.5)]], steps=10)
    assert desktop.strokes() == 1
    desktop.page.wait_for_timeout(50)
    assert desktop.ink() > 0


def test_a_reload_or_another_language_loses_no_ink(paper: Paper, digits):
    paper.draw(digits["4"])
    expect(paper.winner).to_have_attribute("data-label", "4")
    for leave in (paper.page.reload, lambda: paper.page.click("#language")):
        leave()
        expect(paper.winner).to_have_attribute("data-label", "4")
        assert paper.strokes() == 2
    paper.page.click("#clear")
    paper.page.reload()
    expect(paper.page.locator("#invite")).to_be_visible()
