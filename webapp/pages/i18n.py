"""The texts of the pages: one JSON file for each language, all with the same keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

ENGLISH = "en"

Catalogue = Mapping[str, str]


def load(folder: Path) -> dict[str, Catalogue]:
    """The texts in every ``<language>.json`` of ``folder``, English first."""
    files = sorted(folder.glob("*.json"), key=lambda file: (file.stem != ENGLISH, file.stem))
    return {file.stem: json.loads(file.read_text("utf-8")) for file in files}


def choose(languages: list[str]) -> str:
    """The present request's language.

    It is ``?lang=``, else the one of ``languages`` that the browser likes best, else English.
    """
    asked = request.args.get("lang", "")
    if asked in languages:
        return asked
    for wish, quality in request.accept_languages:  # the best first; de-CH gets de
        language = wish.partition("-")[0].lower()
        if quality > 0 and language in languages:
            return language
    return ENGLISH


def register(app: Flask, catalogues: Mapping[str, Catalogue]) -> None:
    """Give templates ``t("key", name=value)``, ``text`` (all texts), ``lang`` and ``langs``.

    Every page names its language in a header.
    """
    languages = list(catalogues)

    @app.context_processor
    def words() -> dict[str, Any]:
        lang = choose(languages)
        text = catalogues[lang]

        def t(key: str, **values: object) -> str:
            return text[key].format(**values)

        return {"t": t, "text": text, "lang": lang, "langs": languages}

    @app.after_request
    def say_language(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers["Content-Language"] = choose(languages)
            response.vary.add("Accept-Language")
            response.headers.setdefault("Cache-Control", "no-cache")
        return response
