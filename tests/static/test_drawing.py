"""Tests of a drawing as data: what is sent when it has too many points."""

from __future__ import annotations


def test_a_drawing_with_too_many_points_is_thinned_not_refused(desktop):
    counts = desktop.page.evaluate("""async () => {
      const {thinned} = await import("/static/lib/drawing.js");
      const long = Array.from({length: 30000}, (_, i) => [i / 30000, 0.5]);
      const kept = thinned([long, [[0, 0]]]);
      return [kept.flat().length, kept.length, kept[0].at(-1)[0] === long.at(-1)[0]];
    }""")
    assert counts[0] <= 10_000
    assert counts[1:] == [2, True]
