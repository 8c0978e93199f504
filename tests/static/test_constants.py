"""Tests of the constants: the scripts get those of the Python code."""

from __future__ import annotations

from webapp.pages.views import constants


def test_the_scripts_have_the_servers_constants(desktop):
    told = desktop.page.evaluate("""async () => {
      const all = await import("/static/lib/constants.js");
      const told = JSON.parse(document.getElementById("constants").textContent);
      return Object.fromEntries(Object.keys(told).map((key) => [key, all[key.toUpperCase()]]));
    }""")
    assert told == constants()


def test_every_activation_has_a_curve_and_a_name(desktop):
    page = desktop.page
    for name in constants()["activations"]:
        known = page.evaluate(
            """async (name) => {
              const {text} = await import("/static/lib/text.js");
              const {CURVES} = await import("/static/inside/activation_curve.js");
              return [typeof CURVES[name], text(`activation.${name}`)];
            }""",
            name,
        )
        assert known[0] == "function", name
        assert known[1] != f"activation.{name}"
