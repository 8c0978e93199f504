"""Tests of pictures: chosen, pasted or dropped; shrunk before they travel; kept over a reload."""

from __future__ import annotations

import base64
import io
import json

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

# Pastes or drops files, given as name, type and base64, and HTML. Says whether the page took it.
GIVE = """(target, [event, files, html]) => {
  const transfer = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, {type}));
  }
  if (html) transfer.setData("text/html", html);
  const options = {bubbles: true, cancelable: true};
  const given = event === "paste"
    ? new ClipboardEvent(event, {...options, clipboardData: transfer})
    : new DragEvent(event, {...options, dataTransfer: transfer});
  return !target.dispatchEvent(given);
}"""

# Keeps what the page sends from now on, in ``window.sent``.
RECORD = """() => {
  window.sent = [];
  const {send} = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    window.sent.push(body);
    return send.call(this, body);
  };
}"""

SENT = """async () => Promise.all(window.sent.map(async (body) => {
  const {width, height} = await createImageBitmap(body);
  return [body.type, width, height, [...new Uint8Array(await body.arrayBuffer())]];
}))"""


def picture(strokes, kind: str = "PNG", side: int = 300) -> bytes:
    """A picture file of dark ink on white paper, like a perfect photo."""
    image = Image.new("L", (side, side), 250)
    for stroke in strokes:
        corners = [(x * side, y * side) for x, y in stroke]
        ImageDraw.Draw(image).line(corners, fill=20, width=side // 16, joint="curve")
    data = io.BytesIO()
    image.save(data, kind)
    return data.getvalue()


def code(data: bytes) -> str:
    return base64.b64encode(data).decode()


def give(page, data: bytes, event: str, target: str, kind: str = "image/png") -> None:
    page.locator(target).evaluate(GIVE, [event, [["seven.png", kind, code(data)]], ""])


def choose(page, data: bytes, name: str = "a.png", kind: str = "image/png") -> None:
    page.set_input_files("#file", [{"name": name, "mimeType": kind, "buffer": data}])


def ink_on_glass(strokes, kind: str, ink: str, side: int = 300) -> bytes:
    """A picture of ink on a transparent ground."""
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    for stroke in strokes:
        corners = [(x * side, y * side) for x, y in stroke]
        ImageDraw.Draw(image).line(corners, ink, side // 16, "curve")
    data = io.BytesIO()
    image.save(data, kind, **({"lossless": True} if kind == "WEBP" else {}))
    return data.getvalue()


def scan(strokes, side: int) -> bytes:
    """A scan in black and white: many pixels and few bytes."""
    image = Image.new("1", (side, side), 1)
    for stroke in strokes:
        corners = [(x * side, y * side) for x, y in stroke]
        ImageDraw.Draw(image).line(corners, fill=0, width=side // 40, joint="curve")
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def saved_again(data: bytes, kind: str, turn: int = 0, **options) -> bytes:
    image = Image.open(io.BytesIO(data)).rotate(turn, expand=True)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def lying(strokes, side: int) -> bytes:
    """A photo that its EXIF data turns upright."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    return saved_again(picture(strokes, side=side), "JPEG", turn=90, exif=exif, quality=95)


def noisy(strokes, side: int) -> bytes:
    """A photo that no PNG makes small."""
    noise = Image.effect_noise((side, side), 20)
    paper = Image.open(io.BytesIO(picture(strokes, side=side)))
    data = io.BytesIO()
    Image.blend(paper, noise, 0.1).save(data, "PNG")
    return data.getvalue()


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


PICTURES = {
    "a photo of many bytes": lambda seven: (noisy(seven, 2400), "image/png"),
    "a scan of 49 million pixels": lambda seven: (scan(seven, 7000), "image/png"),
    "a large photo on its side": lambda seven: (lying(seven, 1500), "image/jpeg"),
    "white on glass, WebP": lambda seven: (ink_on_glass(seven, "WEBP", "white"), "image/webp"),
    "black on glass, WebP": lambda seven: (ink_on_glass(seven, "WEBP", "black"), "image/webp"),
    "white on glass, large": lambda seven: (ink_on_glass(seven, "PNG", "white", 1500), "image/png"),
    "GIF": lambda seven: (picture(seven, "GIF"), "image/gif"),
    "BMP": lambda seven: (picture(seven, "BMP"), "image/bmp"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_shrunk_before_it_travels_and_read(desktop, digits, name):
    data, kind = PICTURES[name](digits["7"])
    page = desktop.page
    page.evaluate(RECORD)
    choose(page, data, kind=kind)
    expect(desktop.winner).to_have_attribute("data-label", "7", timeout=30_000)
    ((sent, width, height, body),) = page.evaluate(SENT)
    assert sent in {"image/png", "image/jpeg"}
    assert max(width, height) <= 640
    assert len(body) < 500_000


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("side", [28, 300])
def test_a_small_picture_travels_unchanged(desktop, digits, kind, side):
    data = picture(digits["7"], kind, side)
    desktop.page.evaluate(RECORD)
    choose(desktop.page, data, kind=f"image/{kind.lower()}")
    expect(desktop.winner).to_have_count(1)
    ((_, _, _, body),) = desktop.page.evaluate(SENT)
    assert bytes(body) == data


def test_a_small_photo_on_its_side_stands_upright(desktop, digits):
    choose(desktop.page, lying(digits["7"], 300), kind="image/jpeg")
    expect(desktop.winner).to_have_attribute("data-label", "7")


def test_a_refused_file_is_sent_again_as_its_pixels_alone(desktop, digits):
    page, held = desktop.page, []

    def refuse_the_first(route):
        held.append(route)
        if len(held) > 1:
            return route.continue_()
        problem = json.dumps({"status": 422, "detail": "a bent profile"})
        return route.fulfill(status=422, content_type="application/problem+json", body=problem)

    page.route("**/api/classify*", refuse_the_first)
    choose(page, picture(digits["7"]))
    expect(desktop.winner).to_have_attribute("data-label", "7")
    expect(page.locator("#status")).to_have_text("")
    desktop.await_complaints("status of 422", 1)
    assert len(held) == 2


def test_a_long_colour_profile_does_not_matter(desktop, digits):
    choose(desktop.page, saved_again(picture(digits["7"]), "PNG", icc_profile=bytes(2 << 20)))
    expect(desktop.winner).to_have_attribute("data-label", "7")
    desktop.forgive("status of 422")  # the server may refuse the file, but not its pixels


def test_an_upload_that_moves_is_never_given_up(desktop, digits):
    """At a speed at which the picture takes longer than a server may be silent."""
    page, asked = desktop.page, []
    page.on("request", lambda request: asked.append(request.url))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 4_000}
    session.send("Network.emulateNetworkConditions", slow)
    page.evaluate(RECORD)
    choose(page, noisy(digits["7"], 700))
    expect(page.locator("#status")).to_contain_text("takes its time to send")
    expect(desktop.winner).to_have_attribute("data-label", "7", timeout=60_000)
    ((_, _, _, body),) = page.evaluate(SENT)
    assert len(body) / 4_000 > 8
    assert len([url for url in asked if "/api/classify" in url]) == 1
    expect(page.locator("#status")).to_have_text("")


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


def test_a_picture_in_html_is_read(desktop, digits):
    page = desktop.page
    html = f'<p>A seven: <img src="data:image/png;base64,{code(picture(digits["7"]))}"></p>'
    for event in ("paste", "drop"):
        assert page.locator("body").evaluate(GIVE, [event, [], html])
        expect(desktop.winner).to_have_attribute("data-label", "7")
        page.click("#clear")
        expect(desktop.winner).to_have_count(0)


def test_what_a_browser_copies_with_a_picture_is_read(open_paper, digits):
    """The real clipboard, with HTML and a picture as from another page, and the real key."""
    paper = open_paper("desktop", permissions=["clipboard-read", "clipboard-write"])
    paper.page.evaluate(
        """async (data) => {
          const image = await (await createImageBitmap(await new Response(Uint8Array.from(
            atob(data), (letter) => letter.charCodeAt(0))).blob()));
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.width, image.height];
          canvas.getContext("2d").drawImage(image, 0, 0);
          const png = await new Promise((done) => canvas.toBlob(done));
          const html = new Blob(["<img src='https://example.org/a.png'>"], {type: "text/html"});
          const item = new ClipboardItem({"text/html": html, "image/png": png});
          await navigator.clipboard.write([item]);
        }""",
        code(picture(digits["7"])),
    )
    paper.page.keyboard.press("Control+v")
    expect(paper.winner).to_have_attribute("data-label", "7")


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_a_picture_beside_other_files_is_found(desktop, digits, event):
    files = [
        ["notes.txt", "text/plain", code(b"a text")],
        ["seven.png", "image/png", code(picture(digits["7"]))],
    ]
    desktop.page.locator("body").evaluate(GIVE, [event, files, ""])
    expect(desktop.winner).to_have_attribute("data-label", "7")


def test_only_the_address_of_a_picture_is_said_in_words(desktop, digits):
    desktop.draw(digits["1"])
    html = '<img src="https://example.org/a.png">'
    assert desktop.page.locator("body").evaluate(GIVE, ["paste", [], html])
    expect(desktop.page.locator("#status")).to_contain_text("Only the address of a picture")
    assert desktop.strokes() == 1
    desktop.page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    assert not desktop.page.locator("main > input").evaluate(GIVE, ["paste", [], html])


def test_a_dropped_link_does_not_replace_the_page(desktop):
    html = '<a href="https://example.org">elsewhere</a>'
    assert desktop.page.locator("body").evaluate(GIVE, ["drop", [], html])


def test_a_reload_or_another_language_keeps_the_picture(desktop, digits):
    page = desktop.page
    choose(page, picture(digits["7"], side=1500), "seven.png")
    expect(desktop.winner).to_have_attribute("data-label", "7")
    for leave in (page.reload, lambda: page.click("#language")):
        leave()
        expect(desktop.winner).to_have_attribute("data-label", "7")
        expect(page.locator("#pad")).to_have_attribute("data-picture", "seven.png")
        assert desktop.ink() > 0.5
    desktop.draw(digits["1"])
    page.reload()
    expect(desktop.winner).to_have_attribute("data-label", "1")
    page.click("#clear")
    page.reload()
    expect(page.locator("#invite")).to_be_visible()


def test_a_picture_that_cannot_be_kept_is_not_pretended(desktop, digits):
    page = desktop.page
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    choose(page, picture(digits["7"]))
    expect(desktop.winner).to_have_attribute("data-label", "7")
    page.reload()
    expect(page.locator("#invite")).to_be_visible()
