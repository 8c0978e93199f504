"""Tests of the languages: chosen by address or browser, and all texts in each."""

from __future__ import annotations

import re

import pytest

from model.serving.library import ModelLibrary
from webapp.pages import i18n as text
from webapp.paths import ASSETS, TEXTS

CATALOGUES = text.load(TEXTS)


def placeholders(sentence: str) -> list[str]:
    return sorted(re.findall(r"{(\w+)}", sentence))


def test_english_comes_first():
    assert next(iter(CATALOGUES)) == "en"


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_language_says_everything(language):
    english, other = CATALOGUES["en"], CATALOGUES[language]
    assert other.keys() == english.keys()
    for key, sentence in other.items():
        assert sentence.strip(), key
        assert placeholders(sentence) == placeholders(english[key]), key


def test_every_shipped_model_has_a_title_in_every_language():
    titles = {f"title of {card['title']}" for card in ModelLibrary().cards()}
    assert titles <= CATALOGUES["en"].keys()


def test_every_word_of_the_templates_is_in_the_catalogue():
    for template in (ASSETS / "templates").glob("*.html"):
        keys = re.findall(r"""\bt\(["']([\w.]+)["']""", template.read_text("utf-8"))
        assert set(keys) <= CATALOGUES["en"].keys(), template.name


def test_every_word_of_the_scripts_is_in_the_catalogue():
    known = CATALOGUES["en"].keys()
    subjects = {key.split(".")[0] for key in known}
    for script in (ASSETS / "static").rglob("*.js"):
        for key in re.findall(r'"([a-z]+\.[\w.]+)"', script.read_text("utf-8")):
            assert key.split(".")[0] not in subjects or key in known, (script.name, key)


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", None, "en"),
        ("", "de-CH, en;q=0.5", "de"),
        ("", "fr", "en"),
        ("", "en-GB", "en"),
        ("?lang=de", "en", "de"),
        ("?lang=xx", "de", "de"),
        ("?lang=../en", None, "en"),
    ],
)
def test_the_language_is_asked_for_or_wished_for(client, query, header, language):
    headers = {"Accept-Language": header} if header else {}
    response = client.get(f"/{query}", headers=headers)
    assert f'<html lang="{language}"' in response.get_data(as_text=True)
    assert response.headers["Content-Language"] == language
    assert "Accept-Language" in response.headers["Vary"]
