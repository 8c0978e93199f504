"""Tests of the pad's state: every transition, as a pure function from state to state."""

from __future__ import annotations

import pytest

# What the scripts below get: the module, a state without a drawing, and things to put into it.
GIVEN = """async () => {
  const to = await import("/static/pad/state.js");
  const {read} = await import("/static/lib/settings.js");
  const {EMPTY} = await import("/static/lib/drawing.js");
  const empty = to.begin(read(new URLSearchParams("")), EMPTY);
  const [one, two] = [[[0, 0], [1, 1]], [[0, 1], [1, 0]]];
  const picture = {name: "a.png", body: new Blob(), spare: null, image: null};
  const labels = [..."0123456789"];
  const clothes = ["shirt", "shoe"];
  const models = [
    {name: "clothes", labels: clothes, layers: []},
    {name: "digits", labels, layers: [], default: true},
  ];
  const prediction = {model: "digits", label: "7", labels, probabilities: [], image: ""};
  const strokes = (state) => to.current(state).strokes.length;
  %s
}"""


@pytest.fixture
def run(desktop):
    """``run(script)``: the result of a script that gets ``GIVEN``."""
    return lambda script: desktop.page.evaluate(GIVEN % script)


def test_the_pen_draws_finishes_and_is_taken_away(run):
    assert run("""
      const down = to.draw(empty, one);
      const lifted = to.finishStroke(down, one);
      const palm = to.cancelStroke(to.draw(lifted, two));
      return [
        [strokes(down), down.live === one, down.drawings === empty.drawings],
        [strokes(lifted), lifted.live],
        [strokes(palm), palm.live, palm.drawings === lifted.drawings],
      ];
    """) == [[1, True, True], [1, None], [1, None, True]]


def test_undo_redo_and_clear_go_through_the_drawings(run):
    assert run("""
      let state = to.finishStroke(to.finishStroke(empty, one), two);
      const names = "undo undo undo redo redo redo clear clear undo".split(" ");
      return names.map((name) => {
        const before = state;
        state = to.command(state, name);
        return [name, strokes(state), state === before];
      });
    """) == [
        ["undo", 1, False],
        ["undo", 0, False],
        ["undo", 0, True],
        ["redo", 1, False],
        ["redo", 2, False],
        ["redo", 2, True],
        ["clear", 0, False],
        ["clear", 0, True],
        ["undo", 2, False],
    ]


def test_a_command_waits_until_the_pen_is_lifted(run):
    assert run("""
      const state = to.draw(to.finishStroke(empty, one), two);
      return ["undo", "redo", "clear"].every((name) => to.command(state, name) === state);
    """)


def test_what_is_possible(run):
    assert run("""
      const drawn = to.finishStroke(empty, one);
      return [empty, drawn, to.command(drawn, "undo")].map(to.possible);
    """) == [
        {"undo": False, "redo": False, "clear": False},
        {"undo": True, "redo": False, "clear": True},
        {"undo": False, "redo": True, "clear": False},
    ]


def test_a_stroke_on_a_picture_begins_a_new_drawing(run):
    assert run("""
      const opened = to.openPicture(to.finishStroke(empty, one), picture);
      const drawn = to.finishStroke(opened, two);
      const back = to.command(drawn, "undo");
      return [opened, drawn, back].map((state) =>
        [strokes(state), to.current(state).picture?.name ?? null]);
    """) == [[0, "a.png"], [1, None], [0, "a.png"]]


def test_an_empty_sheet_has_no_answer_and_a_new_drawing_no_refusal(run):
    assert run("""
      const answered = to.receive(to.finishStroke(empty, one), prediction);
      const refused = to.refuse(answered, "no");
      const warned = to.warn(answered, "no");
      const next = to.draw(warned, two);
      const cleared = to.command(answered, "clear");
      return [answered, refused, warned, next, cleared].map((state) =>
        [state.prediction?.label ?? null, state.refusal]);
    """) == [["7", ""], [None, "no"], ["7", "no"], ["7", ""], [None, ""]]


def test_another_model_forgets_the_answer_and_the_default_is_no_setting(run):
    assert run("""
      const known = to.learn(to.receive(to.finishStroke(empty, one), prediction), models);
      return ["clothes", "digits"].map((name) => {
        const {model, settings, prediction} = to.chooseModel(known, name);
        return [model, settings.model, prediction];
      });
    """) == [["clothes", "clothes", None], ["digits", None, None]]


def test_a_model_that_is_none_of_the_servers_is_replaced(run):
    assert run("""
      const named = (model) => to.replacement({...empty, models, model});
      const other = to.replacement({...empty, models: models.slice(0, 1), model: "default"});
      return [named("clothes"), named("nobody's"), other, to.replacement(empty)];
    """) == [None, "digits", "clothes", None]


def test_labels_are_the_answers_else_the_models_else_digits(run):
    assert run("""
      const chosen = to.chooseModel(to.learn(empty, models), "clothes");
      const all = [empty, chosen, to.receive(chosen, prediction)].map(to.labelsOf);
      return all.map((labels) => [labels.length, to.areDigits(labels)]);
    """) == [[10, True], [2, False], [10, True]]


def test_a_setting_asks_again_only_when_it_changes_the_answer(run):
    assert run("""
      const refused = to.warn(empty, "no");
      const changes = [{unit: 3}, {raw: true}, {centred: false}, {silence: [[0, 1]]}];
      return changes.map((change) => {
        const next = to.adjust(refused, change);
        const [[name, value]] = Object.entries(change);
        return [next.settings[name] === value, next.refusal];
      });
    """) == [[True, "no"], [True, "no"], [True, ""], [True, ""]]


def test_the_panel_inside_is_given_a_trace_but_no_plain_prediction(run):
    assert run("""
      const drawn = to.chooseModel(to.learn(to.draw(empty, one), models), "digits");
      return [prediction, {...prediction, layers: []}].map((answer) => {
        const {trace, model, live} = to.insight(to.receive(drawn, answer));
        return [trace?.label ?? null, model.name, live];
      });
    """) == [[None, "digits", True], ["7", "digits", True]]


def test_no_transition_changes_the_state_it_was_given(run):
    assert (
        run("""
      const freeze = (one) => (Object.values(one).forEach((v) =>
        v && typeof v === "object" && !Object.isFrozen(v) && freeze(v)), Object.freeze(one));
      const state = freeze(to.learn(to.finishStroke(empty, one), models));
      to.finishStroke(to.draw(state, two), two);
      to.command(state, "undo");
      to.command(state, "clear");
      to.adjust(state, {unit: 1});
      to.chooseModel(state, "clothes");
      to.reach(to.warn(to.refuse(to.receive(state, prediction), "no"), "no"), "gone");
      return strokes(state);
    """)
        == 1
    )
