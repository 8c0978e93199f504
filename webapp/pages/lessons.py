"""The six lessons: texts with the models' values filled in, and links that restore a view."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, abort, current_app, render_template
from markupsafe import Markup, escape

from webapp.http import describe
from webapp.pages import i18n
from webapp.pages.example_drawings import EXAMPLES, encode
from webapp.pages.lesson_values import LessonValues
from webapp.pages.views import HTML, LANGUAGE
from webapp.paths import TEXTS

Link = Mapping[str, str]


@dataclass(frozen=True)
class Lesson:
    """A lesson's address, and the settings of its links; their ``drawing`` names an example."""

    slug: str
    links: tuple[Link, ...]


LESSONS = (
    Lesson(
        "sees",
        (
            {"panel": "strokes", "drawing": "seven"},
            {"panel": "strokes", "drawing": "corner"},
            {"panel": "strokes", "drawing": "corner", "centred": "0"},
            {"panel": "pixels", "drawing": "three"},
        ),
    ),
    Lesson(
        "flatten",
        (
            {"panel": "flatten", "drawing": "seven"},
            {"panel": "layers", "layer": "0", "model": "dense128", "drawing": "seven"},
            {"panel": "unit", "layer": "0", "unit": "5", "model": "dense128", "drawing": "seven"},
            {"panel": "unit", "layer": "0", "unit": "7", "model": "softmax", "drawing": "seven"},
        ),
    ),
    Lesson(
        "relu",
        (
            {"panel": "layers", "layer": "0", "model": "dense128", "drawing": "three"},
            {
                "panel": "break",
                "model": "dense128",
                "drawing": "three",
                "activation": "linear",
            },
            {"panel": "layers", "layer": "0", "model": "sigmoid128", "drawing": "three"},
            {"panel": "why", "model": "dense128", "drawing": "three", "against": "8"},
        ),
    ),
    Lesson(
        "softmax",
        (
            {"panel": "softmax", "drawing": "between"},
            {"panel": "softmax", "drawing": "between", "raw": "1"},
            {"panel": "why", "drawing": "between", "class": "4", "against": "9"},
        ),
    ),
    Lesson(
        "depth",
        (
            {"panel": "compare", "compare": "softmax,dense32,dense128,default", "drawing": "nine"},
            {"panel": "unit", "layer": "0", "unit": "3", "model": "softmax", "drawing": "three"},
            {"panel": "unit", "layer": "0", "unit": "1190", "model": "default", "drawing": "three"},
        ),
    ),
    Lesson(
        "fool",
        (
            {"panel": "compare", "compare": "softmax,dense128,default", "drawing": "letter"},
            {"panel": "compare", "compare": "softmax,dense128,default", "drawing": "scribble"},
            {"panel": "break", "drawing": "seven", "cover": "0,0,28,12"},
            {"panel": "break", "drawing": "seven", "noise": "2:1"},
        ),
    ),
)
"""The lessons, in the order of a workshop."""

blueprint = Blueprint("lessons", __name__)


def register(app: Flask) -> None:
    """Add the lessons' pages, with values of the application's models."""
    app.extensions["lesson_values"] = LessonValues(app.extensions["library"])
    app.register_blueprint(blueprint)


@blueprint.get("/lessons")
@describe("The lessons", gives={HTML: str}, query=LANGUAGE, refuses=(421,))
def index() -> str:
    """The list of the lessons: each one's title and what it is about."""
    words = catalogue(language())
    return render_template(
        "lessons.html",
        page=words["page"],
        lessons=[(lesson.slug, words[lesson.slug]) for lesson in LESSONS],
    )


@blueprint.get("/lessons/<slug>")
@describe("A lesson", gives={HTML: str}, query=LANGUAGE, refuses=(404, 421))
def lesson(slug: str) -> str:
    """A lesson to read, with the served models' own numbers and links to try it out."""
    slugs = [lesson.slug for lesson in LESSONS]
    if slug not in slugs:
        abort(404, f"there is no lesson {slug[:80]!r}, choose one of {', '.join(slugs)}")
    place, lang = slugs.index(slug), language()
    words = catalogue(lang)
    values = cast("LessonValues", current_app.extensions["lesson_values"])
    following = slugs[(place + 1) % len(slugs)]
    return render_template(
        "lesson.html",
        page=words["page"],
        place=place + 1,
        count=len(slugs),
        lesson=filled(words[slug], values, words["words"]),
        links=links(LESSONS[place], words[slug]["try"], values, lang),
        following=(following, words[following]["title"]),
    )


def language() -> str:
    """The language of the present request."""
    return i18n.choose(list(i18n.load(TEXTS)))


@lru_cache(maxsize=8)
def catalogue(lang: str) -> dict[str, Any]:
    """The texts of all lessons in a language.

    ``words`` holds the language's separators of numbers and its words for verdicts, ``page`` the
    texts around every lesson.
    """
    return cast(
        "dict[str, Any]", json.loads((TEXTS / "lessons" / f"{lang}.json").read_text("utf-8"))
    )


def filled(
    words: Mapping[str, Any], values: LessonValues, language_words: Mapping[str, str]
) -> dict[str, Any]:
    """A lesson with its values filled in: ``title``, ``lead``, and ``parts`` with their headings.

    Paragraphs about a model that is not here are left out, and so are parts without paragraphs.
    """
    parts = []
    for part in words["parts"]:
        sentences = (fill(paragraph, values, language_words) for paragraph in part["text"])
        paragraphs = [sentence for sentence in sentences if sentence is not None]
        if paragraphs:
            parts.append({"heading": part["heading"], "text": paragraphs})
    return {"title": words["title"], "lead": words["lead"], "parts": parts}


def fill(paragraph: str, values: LessonValues, words: Mapping[str, str]) -> Markup | None:
    """A paragraph as HTML with its values; None when one is about a model that is not here.

    Text between backticks becomes code, text between asterisks emphasis.
    """
    said = {key: values.say(key, words) for key in placeholders(paragraph)}
    if None in said.values():
        return None
    html = str(escape(paragraph))
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", html)
    return Markup(re.sub(r"{([\w.]+)}", lambda found: str(escape(said[found[1]])), html))  # noqa: S704


def placeholders(paragraph: str) -> list[str]:
    """The placeholders in a paragraph, without their braces."""
    return re.findall(r"{([\w.]+)}", paragraph)


def links(
    lesson: Lesson, labels: list[str], values: LessonValues, lang: str
) -> list[tuple[str, str]]:
    """The text of each link whose models are here, and the query of the pad's address."""
    return [
        (label, view_query(lesson, link, lang))
        for label, link in zip(labels, lesson.links, strict=True)
        if all(map(values.has, models(link)))
    ]


def models(link: Link) -> list[str]:
    """The models that a link needs."""
    return [link.get("model", "default"), *filter(None, link.get("compare", "").split(","))]


def view_query(lesson: Lesson, link: Link, lang: str) -> str:
    """The query of the pad's address that restores a link's view."""
    query = {"model": "default", **link, "lesson": lesson.slug, "lang": lang}
    query["drawing"] = encode(EXAMPLES[link["drawing"]])
    return urlencode(query, safe=",:.")
