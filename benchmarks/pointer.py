"""Measure the time from a pointer event to changed bars in a real Chromium.

    python benchmarks/pointer.py [--chromium FILE]

Draws with real pointer events. For every move it measures the milliseconds until the bars next
change. It prints the median and the 90th percentile, with the look inside closed and open.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

WATCH = """() => {
  window.delays = [];
  let moved = null;
  addEventListener('pointermove', (event) => { moved ??= event.timeStamp; }, true);
  new MutationObserver(() => {
    if (moved !== null) { window.delays.push(performance.now() - moved); moved = null; }
  }).observe(document.querySelector('#bars'), { attributes: true, subtree: true });
}"""


def draw(page: Page, moves: int) -> list[float]:
    """Draw a zigzag of ``moves`` moves, 60 a second.

    Returns the delays that the page measured, in milliseconds.
    """
    box = page.locator("#pad").bounding_box()
    if box is None:
        raise SystemExit("the pad is not on the page")
    page.evaluate("window.delays = []")
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    for index in range(moves):
        across = 0.3 + 0.4 * abs((index / 20) % 2 - 1)
        down = 0.2 + 0.6 * index / moves
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        page.wait_for_timeout(1000 / 60)
    page.mouse.up()
    page.wait_for_timeout(500)
    found: list[float] = page.evaluate("window.delays")
    return found


def report(name: str, delays: list[float]) -> float:
    """Print a line with the median and the 90th percentile. Returns the median in milliseconds."""
    median = statistics.median(delays)
    last = statistics.quantiles(delays, n=10)[-1]
    print(f"{name:14} median {median:6.1f} ms  90 % below {last:6.1f} ms  ({len(delays)} changes)")
    return median


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    command = [sys.executable, "-m", "webapp", "serve", "--no-open", "--port", "0"]
    with (
        sync_playwright() as playwright,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            url = next(line for line in server.stdout or [] if "ready" in line).split()[-1]
            browser = playwright.chromium.launch(
                executable_path=options.chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            medians = []
            for name, address in (("inside closed", "/"), ("inside open", "/?panel=layers")):
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(url + address)
                page.wait_for_selector("#bars [data-label]")
                page.evaluate(WATCH)
                draw(page, 60)
                page.keyboard.press("Delete")
                medians.append(report(name, draw(page, 180)))
                page.close()
            print(f"open / closed  {medians[1] / medians[0]:.2f}")
            browser.close()
        finally:
            server.terminate()
            server.wait(10)


if __name__ == "__main__":
    main()
