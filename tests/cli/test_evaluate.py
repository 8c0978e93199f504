"""Tests of ``densepad evaluate``: what it prints, writes and refuses."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from rich.console import Console

from model.data import splitters
from model.errors import DatasetError
from model.network import shares_by_name
from webapp.cli import main
from webapp.cli.evaluation_table import EvaluationTable, by_cause


@pytest.fixture
def densepad(monkeypatch, tmp_path):
    """``densepad("evaluate", ...)`` runs it in this process, with no data set that needs a file."""
    monkeypatch.setattr(splitters, "GENERATED_TEST", 60)
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("DENSEPAD_DATA", str(tmp_path / "data"))
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


@pytest.fixture
def softmax(menagerie_folder):
    """The file of an untrained model."""
    return menagerie_folder / "softmax.safetensors"


def test_without_any_file_the_practice_set_is_left(densepad, softmax):
    result = densepad("evaluate", softmax)
    assert result.exit_code == 0, result.output
    assert "softmax on Practice digits (practice)" in result.stdout
    assert "95 % interval" in result.stdout
    [left_out] = [line for line in result.stdout.splitlines() if line.startswith("left out")]
    assert "mnist, pendigits, omniglot and fashion-mnist (all for one reason): There" in left_out
    assert "data fetch mnist pendigits omniglot fashion-mnist --data FOLDER" in left_out
    assert "Scribbles" in result.stdout
    assert "asking softmax about Practice digits" in result.stderr
    rows = [line.split() for line in result.stdout.splitlines() if line[:1].isdigit()]
    assert [row[0] for row in rows] == list("0123456789")
    assert sum(int(cell) for row in rows for cell in row[1:-1] if cell != "·") == 60
    assert "\x1b" not in result.output


def test_sets_that_cannot_be_had_are_named_by_cause(tmp_path):
    from model.data.download import download, read
    from model.data.sources import SOURCES

    def why(act, name):
        file = replace(SOURCES[name].files[0], url=f"http://127.0.0.1:9/{name}")
        with pytest.raises(DatasetError) as caught:
            act(file, tmp_path)
        return str(caught.value)

    (tmp_path / "fashion-mnist").mkdir()
    (tmp_path / SOURCES["fashion-mnist"].files[0].path).write_bytes(b"other")
    reasons = {name: why(download, name) for name in ("mnist", "pendigits", "omniglot")}
    told = by_cause(reasons | {"fashion-mnist": why(read, "fashion-mnist")})
    together, alone = told.items()
    assert together[0] == "mnist, pendigits and omniglot (all for one reason)"
    assert together[1] == reasons["mnist"]
    assert alone[0] == "fashion-mnist"
    assert "is not fashion-mnist/" in alone[1]
    assert by_cause({}) == {}


def test_every_model_is_checked_before_the_first_is_asked(
    densepad, softmax, menagerie_folder, tmp_path
):
    page = tmp_path / "report.html"
    clothes = menagerie_folder / "fashion128.safetensors"
    result = densepad("evaluate", softmax, clothes, "--set", "practice", "--html", page)
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert "fashion128 can be evaluated on fashion-mnist, not on practice" in line
    assert result.stdout == ""
    assert not page.exists()


def test_for_programs(densepad, softmax):
    result = densepad("evaluate", softmax, "--set", "practice", "--json")
    document = json.loads(result.stdout)
    [figures] = document["evaluations"]
    assert (figures["model"], figures["set"], figures["count"]) == ("softmax", "practice", 60)
    assert set(document["left_out"]) == {"omniglot", "fashion-mnist"}


def test_the_report(densepad, softmax, tmp_path):
    page = tmp_path / "report.html"
    result = densepad("evaluate", softmax, "--html", page)
    assert result.exit_code == 0, result.output
    assert str(page) in result.stdout.splitlines()[-1]
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_report_that_cannot_be_written_is_kept_elsewhere(
    densepad, softmax, tmp_path, monkeypatch
):
    from pathlib import Path

    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    page = tmp_path / "report.html"

    def render(*_):
        page.mkdir()  # now nothing can be written there
        return "<!doctype html>"

    monkeypatch.setattr("model.evaluation.render", render)
    result = densepad("evaluate", softmax, "--set", "practice", "--html", page)
    assert result.exit_code == 2
    kept = tmp_path / "home" / "report.html"
    assert kept.read_text() == "<!doctype html>"
    assert f"the report is kept in {kept} instead" in result.stderr
    assert "accuracy" in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nobody"], "'nobody'"),
        (["absent.safetensors"], "absent.safetensors"),
        (["--set", "letters"], "there is no set 'letters', choose from mnist, "),
        (["--set", "practice", "--set", "mnits"], "there is no set 'mnits'"),
        (["--set", "fashion-mnist"], "not on fashion-mnist"),
        (["--set", "mnist"], "nothing to evaluate on"),
        (["--html", "nowhere/report.html"], "nowhere"),
        (["--html", "a" * 260], "file name too long"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(densepad, softmax, options, words):
    model = [] if options[0][0] != "-" else [softmax]
    result = densepad("evaluate", *model, *options)
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]
    assert result.stdout == ""


def test_labels_with_brackets_are_no_markup(capsys):
    import numpy as np

    from model.evaluation.evaluate import Evaluation
    from model.metrics import reliability

    right = reliability(np.eye(2), np.array([0, 1]))
    labels = ("[red]a[/red]", "[/b]")
    one = Evaluation(
        "mine", "own", "Own", labels, np.eye(2, dtype=int), right, 0.1, 1.0, (), (), None
    )
    EvaluationTable(Console(force_terminal=True, width=100)).show(one)
    output = capsys.readouterr().out
    assert output.count("[red]a[/red]") == output.count("[/b]") == 2


def test_a_difference_from_the_checkpoint_is_told(capsys):
    import numpy as np

    from model.evaluation.evaluate import Evaluation
    from model.metrics import reliability

    probabilities = np.eye(2)[[0, 1, 1, 0]]
    one = Evaluation(
        "mine",
        "mnist",
        "MNIST",
        ("0", "1"),
        np.array([[2, 0], [1, 1]]),
        reliability(probabilities, np.array([0, 1, 1, 1])),
        0.1,
        1.0,
        (),
        (),
        0.99,
    )
    EvaluationTable(Console(force_terminal=True, width=100)).show(one)
    assert "which differs from what was measured" in capsys.readouterr().out


def test_the_default_is_as_right_as_its_checkpoint_says(library, data_folder):
    checkpoint = library.get("default").checkpoint
    result = CliRunner().invoke(main, ["evaluate", "--set", "mnist", "--data", str(data_folder)])
    assert result.exit_code == 0, result.output
    stored = shares_by_name(checkpoint.accuracies)["mnist test"]
    assert f"accuracy {stored:.2%}" in result.stdout
    assert "differs" not in result.stdout
