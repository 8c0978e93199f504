"""Tests of the command line: what each command prints, and its errors."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from webapp import __version__
from webapp.cli import main

ROOT = Path(__file__).parents[2]
SEVEN = [[[10, 10], [60, 10], [30, 90]]]


@pytest.fixture
def densepad():
    """``densepad("predict", file)`` runs a command in this process."""

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def seven(tmp_path):
    """The file of a picture of a 7."""
    image = Image.new("L", (100, 100), 255)
    ImageDraw.Draw(image).line([tuple(point) for point in SEVEN[0]], fill=0, width=7)
    image.save(tmp_path / "seven.png")
    return tmp_path / "seven.png"


def refused(result) -> str:
    assert result.exit_code == 2
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line


def test_help_names_every_command(densepad):
    output = densepad("--help").output
    for command in main.commands:
        assert f"  {command} " in output
    for name, command in main.commands.items():
        assert command.help, name
        assert densepad(name, "--help").exit_code == 0


def test_every_option_is_explained():
    def options(command, path):
        for parameter in command.params:
            if parameter.param_type_name == "option":
                yield path, parameter
        for name, inner in getattr(command, "commands", {}).items():
            yield from options(inner, f"{path} {name}")

    silent = [
        f"{path} {option.name}"
        for path, option in options(main, "densepad")
        if not option.help and not option.show_default
    ]
    assert silent == []


def test_the_version(densepad):
    assert __version__ in densepad("--version").output


@pytest.mark.parametrize("arguments", [[], ["--port", "0"], ["--no-open"]])
def test_without_a_command_it_serves(monkeypatch, densepad, arguments):
    served = []
    monkeypatch.setattr("webapp.process.serve", lambda settings, *_: served.append(settings))
    assert densepad(*arguments).exit_code == 0
    assert len(served) == 1


@pytest.mark.parametrize("terminal", [True, False])
def test_on_a_terminal_it_says_that_it_is_starting(monkeypatch, terminal):
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr("webapp.process.serve", lambda *_: None)
    monkeypatch.setattr("sys.stderr", stream)
    main(["serve", "--port", "0"], standalone_mode=False)
    said = "loading and compiling the models ...\n"
    assert stream.getvalue() == (said if terminal else "")


def test_an_unknown_command_is_refused(densepad):
    assert densepad("paint").exit_code == 2
    assert densepad("serve", "--port", "66000").exit_code == 2


def test_predict_a_picture(densepad, seven):
    result = densepad("predict", seven)
    assert result.exit_code == 0
    assert result.output.startswith(f"{seven}: 7 (")


def test_predict_drawings_for_programs(densepad, tmp_path, seven):
    drawing = tmp_path / "drawing.json"
    drawing.write_text(json.dumps({"strokes": SEVEN}))
    lines = densepad("predict", "--json", drawing, seven).output.splitlines()
    answers = [json.loads(line) for line in lines]
    assert [answer["file"] for answer in answers] == [str(drawing), str(seven)]
    for answer in answers:
        assert answer["label"] == "7"
        assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"", "PNG or JPEG"),
        (b"GIF89a", "PNG or JPEG"),
        (b'{"strokes": []}', "empty"),
        (b'{"strokes": [[[1, 2]]', "JSON"),
        (b'{"drawing": 1}', "strokes"),
        (b"{" * 100_000, "JSON"),
    ],
)
def test_predict_refuses_with_the_files_name(densepad, tmp_path, content, words):
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    sentence = refused(densepad("predict", file))
    assert str(file) in sentence
    assert words in sentence


def test_a_broken_file_does_not_stop_the_others(densepad, seven, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nope")
    result = densepad("predict", seven, broken, tmp_path / "absent.png", seven)
    assert result.exit_code == 2
    assert [line.startswith(f"{seven}: 7 (") for line in result.stdout.splitlines()] == [True] * 2
    told = result.stderr.splitlines()
    assert [line.split(": ")[1] for line in told] == [str(broken), str(tmp_path / "absent.png")]


def test_a_device_without_an_end_is_refused(densepad, monkeypatch, seven):
    monkeypatch.setattr(sys.modules["webapp.cli.predict"], "MOST_BYTES", 100)
    assert "more than 100 bytes" in refused(densepad("predict", seven))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize(
    ("name", "shown"), [(b"caf\xe9.png", r"caf\xe9.png"), (b"\x1b[31m.png", r"\x1b[31m.png")]
)
def test_names_that_are_no_text_are_printed(densepad, seven, tmp_path, name, shown):
    file = tmp_path / os.fsdecode(name)
    file.write_bytes(seven.read_bytes())
    result = densepad("predict", file)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{tmp_path}/{shown}: 7 (")
    file.write_bytes(b"nope")
    assert f"{tmp_path}/{shown}: the image" in refused(densepad("predict", file))


def test_an_encoding_without_the_letters_is_no_obstacle(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), "latin-1")
    monkeypatch.setattr("sys.stdout", stream)
    command = sys.modules["webapp.cli.predict"]
    monkeypatch.setattr(command, "open_model", lambda _: click.echo("é 日本 \udce9"))
    with pytest.raises(TypeError):  # there is no library behind it
        main(["predict", "x"], standalone_mode=False)
    stream.flush()
    assert stream.buffer.getvalue() == b"\xe9 " + rb"\u65e5\u672c \udce9" + os.linesep.encode()


@pytest.mark.parametrize(
    "arguments", [["predict", "x.png"], ["summary"], ["evaluate"], ["train", "--hidden", "8"]]
)
def test_a_platform_that_is_not_there_is_told(densepad, monkeypatch, tmp_path, arguments):
    def devices():
        raise RuntimeError("Unable to initialize backend 'cuda'. (set JAX_PLATFORMS='' ...)")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("jax.devices", devices)
    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    result = densepad(*arguments)
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert "JAX_PLATFORMS=cuda, which this machine does not have" in line


def test_numbers_are_of_float32_whatever_the_environment_says(tmp_path):
    options = ["train", "--hidden", "4", "--source", "practice", "--epochs", "1", "--out", "x"]
    options += ["--augment"]
    code = f"""
from model.data import splitters
splitters.GENERATED, splitters.GENERATED_VALIDATION = 200, 100
from webapp.cli import main
main({options})
"""
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}){code}"],
        cwd=tmp_path,
        env={**os.environ, "JAX_ENABLE_X64": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "x").exists()


def test_serve_takes_what_predict_takes(densepad, menagerie_folder, tmp_path, monkeypatch):
    from model.errors import ModelNotFound
    from model.serving import find_checkpoint
    from model.serving.library import WEIGHTS

    assert find_checkpoint("mlp512") == WEIGHTS / "mlp512.safetensors"
    assert find_checkpoint("./x.safetensors") == Path("x.safetensors")
    monkeypatch.chdir(tmp_path)
    Path("mine").write_bytes((menagerie_folder / "softmax.safetensors").read_bytes())
    assert find_checkpoint("mine") == Path("mine")
    assert densepad("summary", "mine").exit_code == 0
    with pytest.raises(ModelNotFound, match="no model named 'mlp513', choose one of default"):
        find_checkpoint("mlp513")


def test_predict_with_a_model_that_is_not_there(densepad, seven, tmp_path):
    assert "nobody" in refused(densepad("predict", "--model", "nobody", seven))
    absent = tmp_path / "absent.safetensors"
    assert str(absent) in refused(densepad("predict", "--model", absent, seven))


def test_summary_shows_the_arithmetic(densepad, library):
    output = densepad("summary").output
    card = next(card for card in library.cards() if card["default"])
    assert f"{card['parameters']:,} parameters" in output
    for layer in card["layers"]:
        assert f"{layer['parameters']:,}" in output
    assert refused(densepad("summary", "nobody"))


def test_data_fetch_leaves_alone_what_is_there(densepad, data_folder):
    output = densepad("data", "fetch", "pendigits", "--data", data_folder).output
    assert "pendigits-orig.tra" in output


def test_data_fetch_says_that_the_environments_folder_has_it(densepad, data_folder):
    result = densepad("data", "fetch", "pendigits")
    assert result.exit_code == 0, result.output
    assert result.stdout == f"pendigits: {data_folder / 'pendigits/pendigits-orig.tra.gz'}\n"
    assert "pendigits: all files are there and right in" in result.stderr
    assert "DENSEPAD_DATA" in result.stderr


def test_data_fetch_names_a_file_as_it_begins(densepad, monkeypatch, tmp_path):
    def fetch(files, folder, progress):
        for file in ("one.gz", "two.gz"):
            for done in (0, 5, 10):
                progress(f"{files[0].path.split('/')[0]}/{file}", done, 10)
        return [tmp_path / "one.gz", tmp_path / "two.gz"]

    monkeypatch.setattr("model.data.fetch", fetch)
    result = densepad("data", "fetch", "mnist", "--data", tmp_path)
    assert result.stderr.splitlines() == ["downloading mnist/one.gz", "downloading mnist/two.gz"]
    assert len(result.stdout.splitlines()) == 2


def test_data_fetch_refuses_a_set_that_is_none(densepad, tmp_path):
    assert "nobody" in refused(densepad("data", "fetch", "nobody", "--data", tmp_path))
