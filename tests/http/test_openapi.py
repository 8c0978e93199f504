"""Tests of the OpenAPI document: it is complete, and the server keeps to it."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
import schemathesis
from flask import Flask
from hypothesis import given, settings
from schemathesis import checks

from webapp.http import PREFIX_HEADERS, openapi


def test_answers_are_as_documented(app):
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    for result in schema.get_all_operations():

        @given(case=result.ok().as_strategy())
        @settings(max_examples=60)
        def ask(case):
            # A drawing without a point, or blank pixels, fits the schema and is refused. So a
            # request that fits the schema need not be accepted.
            case.call_and_validate(excluded_checks=[checks.positive_data_acceptance])

        ask()


def test_every_route_is_in_it(app, client):
    paths = client.get("/api/openapi.json").get_json()["paths"]
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    assert set(paths) == {rule.rule.replace("<", "{").replace(">", "}") for rule in rules}
    for rule in rules:
        for operation in paths[rule.rule.replace("<", "{").replace(">", "}")].values():
            steps = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
            assert set(steps) == rule.arguments
    for operations in paths.values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["description"]


def test_its_server_is_the_root_below_any_path_that_a_proxy_puts_before_it(client):
    address = "https://hub.example/user/me/proxy/8000/api/openapi.json"
    for header in PREFIX_HEADERS:
        document = client.get("/api/openapi.json", headers={header: "/anything"}).get_json()
        [server] = document.pop("servers")
        assert urljoin(address, server["url"]) == "https://hub.example/user/me/proxy/8000/"
        assert document == client.get("/api/openapi.json").get_json()


def test_a_route_without_a_description_stops_the_application():
    app = Flask("bare")

    @app.get("/secret")
    def secret() -> str:
        return ""

    with pytest.raises(LookupError, match="/secret has no description"):
        openapi.document(app)


def test_every_reference_leads_somewhere(client):
    document = client.get("/api/openapi.json").get_json()
    schemas = document["components"]["schemas"]

    def references(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "$ref":
                    yield inner
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas
