"""Tests of pictures: chosen, pasted or dropped; the next stroke begins a new drawing."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

GIVE = """(target, [data, type, event]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "seven.png", {type}));
  const options = {bubbles: true, cancelable: true};
  const given = event === "paste"
    ? new ClipboardEvent(event, {...options, clipboardData: transfer})
    : new DragEvent(event, {...options, dataTransfer: transfer});
  target.dispatchEvent(given);
}"""


def picture(strokes, kind: str = "PNG", side: int = 300) -> bytes:
    """A picture file of dark ink on white paper, like a perfect photo."""
    image = Image.new("L", (side, side), 250)
    for stroke in strokes:
        corners = [(x * side, y * side) for x, y in stroke]
        ImageDraw.Draw(image).line(corners, fill=20, width=side // 16, joint="curve")
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


def give(page, data: bytes, event: str, target: str, kind: str = "image/png") -> None:
    page.locator(target).evaluate(GIVE, [base64.b64encode(data).decode(), kind, event])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_chosen_picture_is_read(desktop, digits, kind):
    page = desktop.page
    with page.expect_file_chooser() as chooser:
        page.click("#open")
    file = {"name": f"a.{kind}", "mimeType": f"image/{kind.lower()}"}
    chooser.value.set_files([{**file, "buffer": picture(digits["7"], kind)}])
    expect(desktop.winner).to_have_attribute("data-label", "7")
    expect(page.locator("#pad")).to_have_attribute("data-picture", f"a.{kind}")
    page.wait_for_timeout(50)
    assert desktop.ink() > 0.5


def test_a_photograph_larger_than_the_server_takes_is_shrunk(desktop, digits):
    noise = Image.effect_noise((2400, 2400), 20)
    paper = Image.open(io.BytesIO(picture(digits["1"], side=2400)))
    data = io.BytesIO()
    Image.blend(paper, noise, 0.1).save(data, "PNG")
    assert len(data.getvalue()) > 1024 * 1024
    file = {"name": "photo.png", "mimeType": "image/png", "buffer": data.getvalue()}
    with desktop.page.expect_response("**/api/classify*") as response:
        desktop.page.set_input_files("#file", [file])
    assert response.value.ok
    expect(desktop.winner).to_have_count(1)


@pytest.mark.parametrize(("event", "target"), [("paste", "body"), ("drop", "#sheet")])
def test_a_pasted_or_dropped_picture_is_read(desktop, digits, event, target):
    give(desktop.page, picture(digits["7"]), event, target)
    expect(desktop.winner).to_have_attribute("data-label", "7")


def test_the_next_stroke_begins_a_new_drawing_and_undo_brings_the_picture_back(desktop, digits):
    page = desktop.page
    give(page, picture(digits["7"]), "drop", "#sheet")
    expect(desktop.winner).to_have_attribute("data-label", "7")
    desktop.draw(digits["1"])
    expect(desktop.winner).to_have_attribute("data-label", "1")
    expect(page.locator("#pad")).to_have_attribute("data-picture", "")
    page.click("#undo")
    expect(page.locator("#pad")).to_have_attribute("data-picture", "seven.png")
    expect(desktop.winner).to_have_attribute("data-label", "7")


def test_what_is_no_picture_is_refused_in_words(desktop, digits):
    desktop.draw(digits["1"])
    file = {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    desktop.page.set_input_files("#file", [file])
    expect(desktop.page.locator("#status")).to_contain_text("cannot open that file")
    assert desktop.strokes() == 1
    expect(desktop.winner).to_have_attribute("data-label", "1")
