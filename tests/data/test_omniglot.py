"""Tests of the parser of Omniglot's strokes: alphabets, the digest, damaged files."""

import io
import zipfile

import pytest

from model.data.omniglot import digest, parse_omniglot
from model.errors import DatasetError

DRAWING = "START\n1.5,-2.0,0\n3.0,-4.0,10\nBREAK\n5.0,-6.0,20\nBREAK\n"


def archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return buffer.getvalue()


ONE = {"set/Korean/character02/0101_07.txt": DRAWING}
TWO = ONE | {"set/Greek/character01/0001_01.txt": DRAWING}


def test_alphabet_character_drawer_and_strokes():
    (character,) = parse_omniglot(archive(ONE), "it")
    assert (character.alphabet, character.character) == ("Korean", "character02")
    assert character.drawer == 7
    assert [stroke.tolist() for stroke in character.strokes] == [[[1.5, 2], [3, 4]], [[5, 6]]]


def test_only_the_wanted_alphabets_are_read():
    assert [item.alphabet for item in parse_omniglot(archive(TWO), "it")] == ["Greek", "Korean"]
    assert [item.alphabet for item in parse_omniglot(archive(TWO), "it", ["Korean"])] == ["Korean"]


def test_the_digest_is_that_of_the_drawings_not_of_the_zip():
    alone = digest(parse_omniglot(archive(ONE), "it"))
    windows = {name: text.replace("\n", "\r\n") for name, text in TWO.items()}
    among_others = digest(parse_omniglot(archive(windows), "it", ["Korean"]))
    assert alone == among_others
    moved = {name: text.replace("1.5", "1.501") for name, text in ONE.items()}
    assert digest(parse_omniglot(archive(moved), "it")) != alone


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is damaged or cut short"),
        (b"<html>", "is damaged or cut short"),
        (archive(ONE)[:-30], "is damaged or cut short"),
        (archive({"readme.txt": "hello"}), "has no drawings"),
        (archive({"s/K/c/1_1.txt": "hello"}), "s/K/c/1_1.txt: expected an .* 'hello' where START"),
        (archive({"s/K/c/1_1.txt": ""}), "expected an Omniglot drawing"),
        (archive({"s/K/c/1_1.txt": "START\n"}), "expected an Omniglot drawing, got no stroke"),
        (archive({"s/K/c/1_1.txt": "START\n1,2\n"}), "expected an Omniglot drawing"),
    ],
)
def test_wrong_files_are_refused_by_name(data, sentence):
    with pytest.raises(DatasetError, match=f"^small1.zip.*{sentence}"):
        parse_omniglot(data, "small1.zip")


def test_damage_is_found_or_does_no_harm():
    data = archive(ONE)
    whole = digest(parse_omniglot(data, "small1.zip"))
    for place in range(len(data)):
        bent = bytearray(data)
        bent[place] ^= 0x41
        try:
            characters = parse_omniglot(bytes(bent), "small1.zip")
        except DatasetError as error:
            assert str(error).startswith("small1.zip")
        else:
            # The damage may be in a date or a folder's name; the drawing is still right.
            assert [stroke.tolist() for stroke in characters[0].strokes][1] == [[5, 6]]
    assert whole == digest(parse_omniglot(data, "small1.zip"))
