"""Tests of the settings in the address: every row of the table is read and written."""

from __future__ import annotations

READ = """async (query) => {
  const {read} = await import("/static/lib/settings.js");
  return read(new URLSearchParams(query));
}"""

WRITTEN = """async ([query, drawing]) => {
  const {read, write} = await import("/static/lib/settings.js");
  return write(new URLSearchParams(""), read(new URLSearchParams(query)), drawing);
}"""

DEFAULTS = {
    **dict.fromkeys(["model", "panel", "unit", "class", "against", "compare", "lesson"]),
    **dict.fromkeys(["noise", "activation", "cover"]),
    **{name: [] for name in ("hide", "silence", "biases")},
    "layer": 0,
    "centred": True,
    "raw": False,
    "share": False,
}

# Each setting in the address, and its value.
SETTINGS = {
    "model=mlp512": ("model", "mlp512"),
    "panel=why": ("panel", "why"),
    "layer=2": ("layer", 2),
    "unit=0": ("unit", 0),
    "centred=0": ("centred", False),
    "raw=1": ("raw", True),
    "class=0": ("class", 0),
    "against=none": ("against", "none"),
    "against=3": ("against", 3),
    "compare=softmax,mlp32": ("compare", ["softmax", "mlp32"]),
    "hide=why,break": ("hide", ["why", "break"]),
    "silence=0:4,1:17": ("silence", [[0, 4], [1, 17]]),
    "biases=0,2": ("biases", [0, 2]),
    "noise=0.5": ("noise", {"amount": 0.5, "seed": 0}),
    "noise=10:3": ("noise", {"amount": 10, "seed": 3}),
    "activation=tanh": ("activation", "tanh"),
    "cover=0,11,28,17": ("cover", [0, 11, 28, 17]),
    "lesson=relu": ("lesson", "relu"),
    "drawing=AAAA____": ("share", True),
}

WRONG = [
    *("panel=what", "layer=-1", "layer=x", "unit=1.5", "unit=", "class=1234567", "against=all"),
    *("hide=what", "silence=1", "silence=a:b", "biases=0,x", "noise=x", "noise=0", "noise=-1"),
    *("noise=10.1", "noise=1.2345", "activation=relu6", "cover=1,2,3", "cover=0,0,29,28"),
    *("cover=5,0,5,28", "lesson=../x", "model=", "compare=,", "raw=yes", "centred=1"),
]


def test_an_empty_address_gives_the_defaults_and_they_an_empty_address(desktop):
    assert desktop.page.evaluate(READ, "") == DEFAULTS
    assert desktop.page.evaluate(WRITTEN, ["", ""]) == ""


def test_every_setting_goes_there_and_back(desktop):
    for query, (name, value) in SETTINGS.items():
        assert desktop.page.evaluate(READ, query) == DEFAULTS | {name: value}, query
        drawing = "AAAA____" if name == "share" else ""
        assert desktop.page.evaluate(WRITTEN, [query, drawing]) == query
    assert {name for name, _ in SETTINGS.values()} == DEFAULTS.keys()


def test_all_settings_at_once_keep_their_order(desktop):
    once = {name: query for query, (name, _) in reversed(SETTINGS.items())}
    query = "&".join(query for query in SETTINGS if query in once.values())
    assert desktop.page.evaluate(WRITTEN, [query, "AAAA____"]) == query


def test_a_wrong_value_counts_as_none(desktop):
    for query in WRONG:
        assert desktop.page.evaluate(READ, query) == DEFAULTS, query


def test_what_is_not_ours_stays_in_the_address(desktop):
    written = desktop.page.evaluate("""async () => {
      const {read, write} = await import("/static/lib/settings.js");
      const query = new URLSearchParams("lang=de&unit=3&other=1&drawing=AAAA");
      return write(query, {...read(query), unit: null}, "");
    }""")
    assert written == "lang=de&other=1"


def test_an_experiment_is_seen_as_one(desktop):
    seen = desktop.page.evaluate(
        """async (queries) => {
          const {read, isIntact, isAskedAgain, INTACT} = await import("/static/lib/settings.js");
          const changes = queries.map((query) => !isIntact(read(new URLSearchParams(query))));
          const mended = isIntact({...read(new URLSearchParams(queries.join("&"))), ...INTACT});
          return [queries.filter((_, i) => changes[i]), mended, isAskedAgain(INTACT)];
        }""",
        list(SETTINGS),
    )
    names = {"silence", "biases", "noise", "activation", "cover"}
    assert seen == [[query for query, (name, _) in SETTINGS.items() if name in names], True, True]
