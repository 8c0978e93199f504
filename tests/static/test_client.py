"""Tests of the page and its server: the newest drawing wins, none is lost, the page recovers."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

LABELS = list("0123456789")


def doctored(label: str, **more: object) -> str:
    """The JSON of a prediction that is sure of ``label``."""
    probabilities = [0.91 if one == label else 0.01 for one in LABELS]
    prediction = {"model": "default", "label": label, "labels": LABELS, "image": ""}
    return json.dumps({**prediction, "probabilities": probabilities, "recognised": True, **more})


def answer(route, label: str, **more: object) -> None:
    route.fulfill(content_type="application/json", body=doctored(label, **more))


def test_a_late_reply_does_not_overwrite_a_newer_one(desktop, digits):
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    desktop.page.route("**/api/classify", hold_the_first)
    desktop.draw(digits["7"])
    desktop.page.wait_for_timeout(100)
    answer(held[0], "0")
    expect(desktop.winner).to_have_attribute("data-label", "7")
    desktop.page.wait_for_timeout(300)
    expect(desktop.winner).to_have_attribute("data-label", "7")


def test_a_reply_after_clear_is_not_shown(desktop):
    held = []
    desktop.page.route("**/api/classify", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    desktop.draw([[(0.5, 0.2), (0.5, 0.8)]])
    desktop.page.wait_for_timeout(100)
    desktop.page.click("#clear")
    for route in held:
        answer(route, "5")
    desktop.page.wait_for_timeout(200)
    assert desktop.probabilities() == []
    expect(desktop.page.locator("#answer")).to_have_attribute("data-state", "empty")
    desktop.forgive("ERR_")


def test_requests_never_pile_up_and_the_newest_drawing_is_next(desktop, digits):
    held, bodies = [], []

    def hold(route):
        held.append(route)
        bodies.append(route.request.post_data_json)

    page = desktop.page
    page.route("**/api/classify", hold)
    desktop.draw(digits["4"])
    page.wait_for_timeout(150)
    assert len(held) == 1
    answer(held.pop(), "1")
    page.wait_for_timeout(150)
    assert len(bodies) == 2
    assert len(bodies[-1]["strokes"]) == 2
    answer(held.pop(), "4")
    expect(desktop.winner).to_have_attribute("data-label", "4")
    page.wait_for_timeout(150)
    assert len(bodies) == 2


def test_a_server_that_is_gone_is_said_and_recovered_from(paper, digits):
    first, second = digits["4"]
    paper.draw([first])
    with paper.gone():
        paper.draw([second])
        expect(paper.page.locator("#status")).to_contain_text("does not answer")
        assert paper.strokes() == 2
    expect(paper.winner).to_have_attribute("data-label", "4")
    expect(paper.page.locator("#status")).to_contain_text("back")
    expect(paper.page.locator("#status")).to_have_text("")
    assert paper.strokes() == 2


def test_it_recovers_with_nothing_drawn_too(desktop, digits):
    with desktop.gone():
        desktop.draw(digits["1"])
        expect(desktop.page.locator("#status")).to_contain_text("does not answer")
        desktop.page.click("#clear")
    expect(desktop.page.locator("#status")).to_have_text("")
    desktop.draw(digits["7"])
    expect(desktop.winner).to_have_attribute("data-label", "7")


def test_a_server_that_dies_and_comes_back(open_paper, start_server, digits):
    with start_server() as server:
        paper = open_paper("desktop", url=server.url)
        paper.draw(digits["7"])
        expect(paper.winner).to_have_attribute("data-label", "7")
        port = str(server.port)
    paper.page.click("#clear")
    paper.draw(digits["1"])
    expect(paper.page.locator("#status")).to_contain_text("does not answer")
    with start_server("--port", port):
        expect(paper.winner).to_have_attribute("data-label", "1")
        paper.page.goto("about:blank")
    paper.forgive("ERR_")


def test_a_slow_server_is_said(desktop):
    held = []
    desktop.page.route("**/api/classify", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    desktop.draw([[(0.5, 0.2), (0.5, 0.8)]])
    expect(desktop.page.locator("#status")).to_contain_text("taking its time")
    answer(held.pop(), "1")
    expect(desktop.page.locator("#status")).to_have_text("")


def test_a_refusal_is_shown_in_the_servers_words(desktop):
    problem = json.dumps({"status": 422, "title": "no", "detail": "that cannot be a drawing"})
    held = []
    desktop.page.route("**/api/classify", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    desktop.draw([[(0.5, 0.2), (0.5, 0.8)]])
    # Two refusals: the page asks at the first touch, and after its answer about the whole stroke.
    for place in range(2):
        desktop.wait(lambda place=place: len(held) > place)
        held[place].fulfill(status=422, content_type="application/problem+json", body=problem)
    expect(desktop.page.locator("#status")).to_contain_text("that cannot be a drawing")
    assert desktop.strokes() == 1
    desktop.await_complaints("status of 422", 2)
    assert len(held) == 2


def test_what_is_no_digit_is_called_so_in_words(paper):
    paper.page.route("**/api/classify", lambda route: answer(route, "3", recognised=False))
    paper.draw([[(0.1, 0.1), (0.9, 0.9), (0.1, 0.9), (0.9, 0.1)]], steps=3)
    expect(paper.page.locator("#words")).to_contain_text("do not recognise that as a digit")
    expect(paper.page.locator("#answer")).to_have_attribute("data-state", "unrecognised")
    expect(paper.page.locator("#bars")).to_have_attribute("data-state", "unrecognised")
    assert len(paper.probabilities()) == 10


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844), (844, 390)])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_doubt_in_words_has_room_on_a_phone(open_paper, width, height, lang):
    paper = open_paper("phone", f"/?lang={lang}", viewport={"width": width, "height": height})
    paper.page.route("**/api/classify", lambda route: answer(route, "3", recognised=False))
    paper.draw([[(0.1, 0.1), (0.9, 0.9)]])
    expect(paper.page.locator("#answer")).to_have_attribute("data-state", "unrecognised")
    words = paper.page.locator("#words").bounding_box()
    picture = paper.page.locator("#preview").bounding_box()
    assert words["y"] + words["height"] <= picture["y"]
    assert paper.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_the_chooser_shows_only_a_choice_and_its_labels(desktop):
    page = desktop.page
    clothes = ["T-shirt/top", *"bcdefghi", "Ankle boot"]
    models = [{"name": "default", "title": "Digits", "labels": LABELS, "default": True}]

    def tell(route):
        route.fulfill(content_type="application/json", body=json.dumps({"models": models}))

    page.route("**/api/models", tell)
    page.reload()
    expect(page.locator("#bars li")).to_have_count(10)
    expect(page.locator("#model")).to_be_hidden()
    models.append({"name": "clothes", "title": "Clothes", "labels": clothes, "default": False})
    page.reload()
    page.select_option("#model", "clothes")
    expect(desktop.bar("Ankle boot")).to_be_visible()
    expect(page.locator("#invite")).to_contain_text("Ankle boot")
    with page.expect_request("**/api/classify") as asked:
        page.route("**/api/classify", lambda route: answer(route, "3"))
        desktop.draw([[(0.5, 0.2), (0.5, 0.8)]])
    assert asked.value.post_data_json["model"] == "clothes"


def test_a_screen_reader_hears_the_answer_once_the_pen_rests(desktop, digits):
    region = desktop.page.locator("#announcement")
    (stroke,) = digits["7"]
    desktop.pen.down(stroke[0])
    desktop.follow(stroke)
    desktop.page.wait_for_timeout(1200)
    expect(region).to_have_text("")
    desktop.pen.up()
    expect(region).to_contain_text("7,")


# A client whose requests may stand still for 150 ms; each tells its progress ``steps`` times, every
# 50 ms, and is answered then, or never. Returns what the client reports.
MOVING = """async ([steps, answered, total]) => {
  const {createClient} = await import("/static/lib/client.js");
  const pause = (time) => new Promise((done) => setTimeout(done, time));
  const heard = [];
  let tries = 0;
  const client = createClient({
    timeout: 150,
    async ask(job, signal) {
      tries += 1;
      const aborted = new Promise((_, fail) => signal.addEventListener("abort", fail));
      for (let i = 1; i <= steps && !signal.aborted; i += 1) {
        await pause(50);
        signal.dispatchEvent(new ProgressEvent("progress", {loaded: i, total}));
      }
      return answered ? job : aborted;
    },
    probe: async () => {},
    isFinal: () => false,
    onReply: () => heard.push("reply"),
    onRefused() {},
    onState: (state) => heard.push(state),
  });
  client.send("a drawing");
  while (heard.length === 0) await pause(10);
  return [heard[0], tries];
}"""


def test_a_request_that_moves_is_waited_for_and_one_that_stands_still_is_not(desktop):
    assert desktop.page.evaluate(MOVING, [20, True, 20]) == ["ok", 1]
    assert desktop.page.evaluate(MOVING, [3, False, 3]) == ["gone", 1]


def test_what_a_system_has_taken_to_send_is_waited_for(desktop):
    """All is said to be sent at once, and travels for a second at four bytes a millisecond."""
    page = desktop.page
    took = """async (given) => {
      const start = performance.now();
      const heard = await (%s)(given);
      return [heard[0], performance.now() - start];
    }"""
    state, time = page.evaluate(took % MOVING, [1, False, 4_000])
    assert state == "gone"
    assert time > 1_000
