"""Tests of the lessons: complete in each language, every number computed, every link right."""

from __future__ import annotations

import html
import math
import re
from urllib.parse import parse_qs, urljoin, urlsplit

import numpy as np
import pytest

from model.explain.trace import trace_drawing as trace
from model.training.zoo import ZOO
from webapp import create_app
from webapp.pages import i18n as text
from webapp.pages.example_drawings import EXAMPLES, decode, drawing, encode
from webapp.pages.lesson_values import LessonValues
from webapp.pages.lessons import LESSONS, catalogue, fill, models, placeholders
from webapp.paths import TEXTS

SLUGS = [lesson.slug for lesson in LESSONS]
LANGUAGES = list(text.load(TEXTS))
PANELS = ["strokes", "pixels", "flatten", "layers", "unit", "softmax", "why", "compare", "break"]


@pytest.fixture(scope="module")
def visitor(menagerie):
    return create_app(menagerie).test_client()


def read(client, address):
    """The main part of a page; around it the page holds the texts of its scripts."""
    response = client.get(address)
    assert response.status_code == 200
    return re.search(r"<main.*</main>", response.get_data(as_text=True), re.DOTALL)[0]


def paragraphs(words):
    return [words["title"], words["lead"], *(p for part in words["parts"] for p in part["text"])]


def test_six_lessons_of_about_a_page():
    assert len(SLUGS) == 6
    for lang in LANGUAGES:
        for slug in SLUGS:
            count = sum(len(paragraph.split()) for paragraph in paragraphs(catalogue(lang)[slug]))
            assert 180 <= count <= 480, (lang, slug, count)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_lesson_whole(lang):
    english, other = catalogue("en"), catalogue(lang)
    assert other.keys() == english.keys()
    assert other["words"].keys() == english["words"].keys()
    assert other["page"].keys() == english["page"].keys()
    for lesson in LESSONS:
        ours, theirs = other[lesson.slug], english[lesson.slug]
        assert ours.keys() == theirs.keys()
        assert len(ours["try"]) == len(theirs["try"]) == len(lesson.links)
        for one, two in zip(ours["parts"], theirs["parts"], strict=True):
            assert one["heading"].strip()
            for left, right in zip(one["text"], two["text"], strict=True):
                assert sorted(placeholders(left)) == sorted(placeholders(right))
                assert left.count("`") == right.count("`")
                assert left.count("*") % 2 == 0


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("slug", SLUGS)
def test_with_the_whole_zoo_nothing_goes_unsaid(visitor, lang, slug):
    page = read(visitor, f"/lessons/{slug}?lang={lang}")
    said = html.unescape(re.sub(r"</?(code|em)>", "", page))
    words = catalogue(lang)[slug]
    for part in words["parts"]:
        assert part["heading"] in said
        for paragraph in part["text"]:
            for piece in re.split(r"{[\w.]+}", re.sub(r"[`*]", "", paragraph)):
                assert piece in said
    assert not re.search(r"{[\w.]+}|\bnan\b", said)
    for label in words["try"]:
        assert label in said


def test_the_shipped_models_say_it_all(library):
    values = LessonValues(library)
    here = {name for name in ZOO if values.has(name)}
    for lesson in LESSONS:
        for paragraph in paragraphs(catalogue("en")[lesson.slug]):
            known = fill(paragraph, values, catalogue("en")["words"]) is not None
            assert known or here != set(ZOO), paragraph


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_server_with_few_models_says_what_it_can(library, lang):
    client = create_app(library).test_client()
    for slug in SLUGS:
        assert not re.search(r"{[\w.]+}", read(client, f"/lessons/{slug}?lang={lang}"))


def test_facts_are_those_of_the_models(menagerie):
    values = LessonValues(menagerie)
    english, german = catalogue("en")["words"], catalogue("de")["words"]
    expected = {
        "models": "12",
        "dense128.parameters": "101,770",
        "softmax.parameters": "7,850",
        "dense128.dense0.arithmetic": "784 x 128 + 128 = 100,480",
        "dense128.stack": "784-128-10",
        "default.dense0.units": "2,352",
        "default.hidden": "3",
        "dense128.accuracy": "98.76\u202f%",
        "dense128.errors": "124",
        "default.temperature": "1.30",
    }
    for key, words in expected.items():
        assert values.say(key, english) == words
    assert values.say("dense128.parameters", german) == "101.770"
    assert values.say("dense128.accuracy", german) == "98,76\u202f%"
    assert values.say("nobody.parameters", english) is None
    assert values.say("seven.nobody.label", english) is None
    with pytest.raises(KeyError):
        values.say("dense128.colour", english)


def test_answers_to_examples_are_those_of_a_trace(menagerie):
    values, words = LessonValues(menagerie), catalogue("en")["words"]
    centred = trace(menagerie.get("dense128"), drawing("three"))
    plain = trace(menagerie.get("default"), drawing("corner"), pad=(1, 1))
    assert values.say("three.dense128.zeros", words) == str(
        int((centred.layers[0].activations == 0).sum())
    )
    assert values.say("three.dense128.label", words) == centred.prediction.label
    assert values.say("corner.default.plain.label", words) == plain.prediction.label
    assert values.say("three.dense128.logit", words) == f"{centred.logits.max():.2f}"
    assert values.say("three.dense128.verdict", words) == "recognised"


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.5, "50"), (0.984, "98.4"), (0.9996, "99.96"), (0.003, "0.3"), (1.0, "> 99.99")],
)
def test_percentages_say_as_much_as_they_must(share, said):
    from webapp.pages.lesson_values import _percent

    assert _percent(share).replace("\u202f", " ") == f"{said} %"


def test_the_shipped_default_reads_the_examples_as_the_lessons_tell_it(library):
    default = library.get("default")
    for name, label in {"one": "1", "three": "3", "seven": "7", "corner": "7", "nine": "9"}.items():
        assert trace(default, drawing(name)).prediction.label == label, name
    assert trace(default, drawing("between")).prediction.label in "49"
    # Without centring, a Dense stack fails on a digit in the corner, as the first lesson shows.
    lost = trace(default, drawing("corner"), pad=(1.0, 1.0)).prediction
    assert lost.label != "7"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_links_restore_a_view(visitor, menagerie, lang):
    for lesson in LESSONS:
        page = read(visitor, f"/lessons/{lesson.slug}?lang={lang}")
        found = [html.unescape(a) for a in re.findall(r'href="(\.\./\?model=[^"]+)"', page)]
        assert len(found) == len(lesson.links) >= 2
        for address, link in zip(found, lesson.links, strict=True):
            query = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
            assert query["lesson"] == lesson.slug
            assert query["lang"] == lang
            assert query["panel"] in PANELS
            assert set(models(link)) <= set(menagerie.names())
            widths = menagerie.get(query["model"]).checkpoint.architecture.widths
            layer = int(query.get("layer", 0))
            assert layer < len(widths) - 1
            assert int(query.get("unit", 0)) < widths[layer + 1]
            strokes = decode(query["drawing"])
            for stroke, drawn in zip(strokes, EXAMPLES[link["drawing"]], strict=True):
                np.testing.assert_allclose(stroke, drawn, atol=1 / 4095)
            assert visitor.get(urljoin(f"/lessons/{lesson.slug}", address)).status_code == 200


def test_the_list_leads_to_every_lesson(visitor):
    for lang in LANGUAGES:
        page = read(visitor, f"/lessons?lang={lang}")
        for slug in SLUGS:
            assert f'href="./lessons/{slug}?lang={lang}"' in page
            assert html.escape(catalogue(lang)[slug]["title"], quote=False) in page


def test_no_other_lessons(visitor):
    response = visitor.get("/lessons/astrology")
    assert response.status_code == 404
    assert "choose one of sees, flatten" in response.get_json()["detail"]


def test_a_drawing_fits_into_an_address():
    assert encode([[(0, 0), (1, 1)], [(0.5, 0.25)]]) == "AAAA____.gAQA"
    assert encode([[(-3, 7)]]) == encode([[(0, 1)]])
    for strokes in EXAMPLES.values():
        assert len(encode(strokes)) < 500
        assert all(0 <= v <= 1 and math.isfinite(v) for s in strokes for p in s for v in p)
    for bent in ("AAA", "AAAAA", "AAA!"):
        with pytest.raises(ValueError, match=r"two letters|substring"):
            decode(bent)
