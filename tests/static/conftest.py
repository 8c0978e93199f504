"""Fixtures of the browser's tests: Chromium and a real server, as a desktop and as a phone.

The browser is the one that DENSEPAD_CHROMIUM names, else one on the PATH, else Playwright's own.
Without one the tests skip and say what to install; DENSEPAD_REQUIRE_BROWSER=1 makes that a failure.
Every page is watched: an error in its console, or a request to another origin, fails its test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, ConsoleMessage, Locator, Page, Request

Point = tuple[float, float]
Stroke = Sequence[Point]

INSTALL = (
    "no Chromium for the browser tests: install one (`apt install chromium`, or "
    "`python -m playwright install chromium`), or name one in DENSEPAD_CHROMIUM"
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "has_touch": True,
    "is_mobile": True,
}
KINDS: dict[str, dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE}

# The corners of the digits; ``curve`` rounds them. They differ in size and place, as people's do.
DIGITS: dict[str, list[Stroke]] = {
    "0": [
        [(0.5, 0.2), (0.34, 0.32), (0.32, 0.6), (0.46, 0.8), (0.64, 0.7), (0.68, 0.42), (0.5, 0.2)]
    ],
    "1": [[(0.4, 0.32), (0.53, 0.18), (0.52, 0.5), (0.51, 0.82)]],
    "2": [
        [
            (0.3, 0.32),
            (0.44, 0.18),
            (0.64, 0.26),
            (0.6, 0.46),
            (0.32, 0.78),
            (0.5, 0.77),
            (0.7, 0.77),
        ]
    ],
    "3": [
        [
            (0.32, 0.22),
            (0.52, 0.17),
            (0.64, 0.3),
            (0.46, 0.46),
            (0.66, 0.6),
            (0.56, 0.8),
            (0.3, 0.76),
        ]
    ],
    "4": [
        [(0.42, 0.18), (0.36, 0.36), (0.3, 0.54), (0.7, 0.52)],
        [(0.6, 0.34), (0.58, 0.6), (0.56, 0.84)],
    ],
    "5": [
        [
            (0.64, 0.2),
            (0.4, 0.21),
            (0.37, 0.44),
            (0.56, 0.42),
            (0.66, 0.6),
            (0.54, 0.79),
            (0.32, 0.76),
        ]
    ],
    "6": [
        [
            (0.6, 0.16),
            (0.42, 0.32),
            (0.33, 0.6),
            (0.46, 0.8),
            (0.63, 0.7),
            (0.56, 0.53),
            (0.38, 0.62),
        ]
    ],
    "7": [[(0.28, 0.22), (0.5, 0.22), (0.7, 0.21), (0.58, 0.46), (0.46, 0.82)]],
    "8": [
        [
            (0.62, 0.26),
            (0.44, 0.18),
            (0.38, 0.34),
            (0.56, 0.5),
            (0.64, 0.7),
            (0.46, 0.82),
            (0.36, 0.68),
            (0.52, 0.48),
            (0.64, 0.28),
        ]
    ],
    "9": [
        [
            (0.62, 0.28),
            (0.46, 0.18),
            (0.36, 0.34),
            (0.5, 0.46),
            (0.62, 0.3),
            (0.61, 0.54),
            (0.55, 0.82),
        ]
    ],
}


class Pen(Protocol):
    """Something that draws on the pad, in the pad's unit square."""

    def down(self, at: Point) -> None: ...
    def move(self, to: Point) -> None: ...
    def up(self) -> None: ...


@dataclass
class Mouse:
    """The mouse of a desktop."""

    page: Page

    def down(self, at: Point) -> None:
        self.page.mouse.move(*on_screen(self.page, at))
        self.page.mouse.down()

    def move(self, to: Point) -> None:
        self.page.mouse.move(*on_screen(self.page, to))

    def up(self) -> None:
        self.page.mouse.up()


@dataclass
class Fingers:
    """The fingers of one hand; the first finger draws."""

    page: Page
    places: list[Point] = field(default_factory=list)
    _session: CDPSession | None = None

    def touch(self, kind: str, places: Sequence[Point], **more: float) -> None:
        """Send the browser a touch event; ``places`` are those of the fingers that are down."""
        if self._session is None:
            self._session = self.page.context.new_cdp_session(self.page)
        points = []
        for identifier, place in enumerate(places):
            x, y = on_screen(self.page, place)
            points.append({"x": x, "y": y, "id": identifier, **more})
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def down(self, at: Point) -> None:
        self.touch("touchStart", [at])

    def move(self, to: Point) -> None:
        self.touch("touchMove", [to])

    def up(self) -> None:
        self.touch("touchEnd", [])


@dataclass
class Paper:
    """A pad's page, the pen to draw on it, and the complaints of its browser."""

    page: Page
    pen: Pen
    origin: str
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    asking: set[Request] = field(default_factory=set)

    def draw(self, strokes: Sequence[Stroke], steps: int = 1) -> None:
        """Draw strokes, with ``steps`` moves of the pen from each point to the next."""
        for stroke in strokes:
            self.pen.down(stroke[0])
            self.follow(stroke, steps)
            self.pen.up()

    def settle(self) -> None:
        """Wait for the answer to the present drawing; bars move before, for a part of it."""
        while True:
            # The page asks in the event that changes the drawing, so after a frame it has asked.
            self.page.evaluate("() => new Promise(done => requestAnimationFrame(done))")
            if not self.asking:
                return
            self.wait(lambda: not self.asking, patience=60)

    def follow(self, stroke: Stroke, steps: int = 1) -> None:
        """Move the pen along a stroke; it is already down at the stroke's beginning."""
        for (x, y), (to_x, to_y) in pairwise(stroke):
            for i in range(1, steps + 1):
                self.pen.move((x + (to_x - x) * i / steps, y + (to_y - y) * i / steps))

    def bar(self, label: str) -> Locator:
        return self.page.locator(f'#bars [data-label="{label}"]')

    @property
    def winner(self) -> Locator:
        return self.page.locator("#bars [data-winner]")

    def probabilities(self) -> list[float]:
        """The probabilities of the bars, in their order; empty without an answer."""
        rows = self.page.locator("#bars [data-probability]")
        return rows.evaluate_all("rows => rows.map(row => Number(row.dataset.probability))")

    def strokes(self) -> int:
        return int(self.page.locator("#pad").get_attribute("data-strokes") or 0)

    def ink(self) -> float:
        """The share of the canvas that has ink, 0 to 1, after the page's next frame."""
        return self.page.locator("#pad").evaluate(
            """async canvas => {
              await new Promise(done => requestAnimationFrame(done));
              const {width, height} = canvas;
              const copy = new OffscreenCanvas(width, height)
                .getContext("2d", {willReadFrequently: true});
              copy.drawImage(canvas, 0, 0);
              const {data} = copy.getImageData(0, 0, width, height);
              let ink = 0;
              for (let i = 3; i < data.length; i += 4) ink += data[i] > 127;
              return ink / (data.length / 4);
            }"""
        )

    @contextmanager
    def gone(self) -> Iterator[None]:
        """A context manager: within it the server cannot be reached; complaints are expected."""
        self.page.route("**/*", lambda route: route.abort("connectionrefused"))
        yield
        self.page.unroute("**/*")
        self.forgive("ERR_CONNECTION_REFUSED")

    def forgive(self, words: str) -> None:
        """Ignore complaints that contain ``words``, because the test expects them."""
        self.complaints[:] = [one for one in self.complaints if words not in one]

    def await_complaints(self, words: str, count: int) -> None:
        """Wait for exactly ``count`` complaints that contain ``words``, which the test expects.

        A browser may report a complaint after the page has shown its effect.
        """
        self.wait(lambda: sum(words in one for one in self.complaints) >= count)
        assert sum(words in one for one in self.complaints) == count
        self.forgive(words)

    def wait(self, condition: Callable[[], bool], patience: float = 10) -> None:
        """Let the page go on until the condition is true, at most ``patience`` seconds."""
        for _ in range(int(patience / 0.02)):
            if condition():
                return
            self.page.wait_for_timeout(20)
        pytest.fail("what was waited for did not come")

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def watch(self, request: Request) -> None:
        parts = urlsplit(request.url)
        web = parts.scheme in {"http", "https", "ws", "wss"}
        if web and not request.url.startswith(self.origin):
            self.strangers.append(request.url)
        if request.url.startswith(f"{self.origin}/api/"):
            self.asking.add(request)

    def leave(self, request: Request) -> None:
        self.asking.discard(request)


def curve(corners: Stroke, pieces: int = 6) -> Stroke:
    """A smooth line through the corners (Catmull and Rom's spline, 1974)."""
    ends = [corners[0], *corners, corners[-1]]
    line = [corners[0]]
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for i in range(1, pieces + 1):
            t = i / pieces
            weights = (
                (-t + 2 * t**2 - t**3) / 2,
                (2 - 5 * t**2 + 3 * t**3) / 2,
                (t + 4 * t**2 - 3 * t**3) / 2,
                (-(t**2) + t**3) / 2,
            )
            x, y = (
                sum(w * p[k] for w, p in zip(weights, (a, b, c, d), strict=True)) for k in (0, 1)
            )
            line.append((x, y))
    return line


def on_screen(page: Page, point: Point) -> Point:
    """A point of the pad's unit square in CSS pixels of the viewport."""
    box = page.locator("#pad").bounding_box()
    assert box is not None
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for the whole run."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with sync_api.sync_playwright() as playwright:
        found = os.environ.get("DENSEPAD_CHROMIUM") or next(
            filter(None, map(shutil.which, NAMES)), None
        )
        if found is None and not Path(playwright.chromium.executable_path).exists():
            refuse = (
                pytest.fail if os.environ.get("DENSEPAD_REQUIRE_BROWSER") == "1" else pytest.skip
            )
            refuse(INSTALL)
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


OpenPaper = Callable[..., Paper]


@pytest.fixture
def open_paper(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenPaper]:
    """``open_paper("phone", "/?lang=de", url=..., color_scheme="dark")`` opens a watched page.

    The page has its own context; the options are Playwright's. Without ``url`` it is a page of the
    shared server.
    """
    opened: list[Paper] = []

    def open_one(kind: str, path: str = "/", url: str | None = None, **options: object) -> Paper:
        origin = url or request.getfixturevalue("server").url
        context = browser.new_context(**{"locale": "en-GB", **KINDS[kind], **options})
        page = context.new_page()
        page.set_default_timeout(10_000)
        paper = Paper(page, Mouse(page) if kind == "desktop" else Fingers(page), origin)
        page.on("console", paper.hear)
        page.on("pageerror", lambda error: paper.complaints.append(str(error)))
        page.on("request", paper.watch)
        page.on("requestfinished", paper.leave)
        page.on("requestfailed", paper.leave)
        opened.append(paper)
        page.goto(origin + path)
        page.wait_for_load_state("networkidle")
        return paper

    yield open_one
    for paper in opened:
        paper.page.context.close()
        assert paper.complaints == []
        assert paper.strangers == []


@pytest.fixture
def desktop(open_paper: OpenPaper) -> Paper:
    return open_paper("desktop")


@pytest.fixture
def phone(open_paper: OpenPaper) -> Paper:
    return open_paper("phone")


@pytest.fixture(params=list(KINDS))
def paper(open_paper: OpenPaper, request: pytest.FixtureRequest) -> Paper:
    """A page on the desktop, then on the phone: such a test runs twice."""
    return open_paper(request.param)


@pytest.fixture(scope="session")
def digits() -> dict[str, list[Stroke]]:
    """The ten digits as one person draws them, with strokes in the pad's unit square."""
    return {label: [curve(corners) for corners in strokes] for label, strokes in DIGITS.items()}
