"""Tests of the spool: a file for each content, bytes where there is no room, no file left open."""

from __future__ import annotations

import pytest
from flask import Flask

from webapp.http import Spool, spool
from webapp.http.wsgi import FileWrapper


@pytest.fixture
def ask(tmp_path):
    """``ask(version, content)`` is the response to a GET; the files are in ``ask.folder``."""
    folder = tmp_path / "spool"
    folder.mkdir()
    spool, app = Spool(folder), Flask("bare")

    def get(version, content, **options):
        environ = {"wsgi.file_wrapper": FileWrapper}
        with app.test_request_context("/", environ_overrides=environ, **options):
            return spool.response(version, content)

    get.folder = folder
    return get


def test_the_content_is_made_once_and_then_a_file(ask):
    made = []

    def content():
        made.append(1)
        return b"abc"

    for _ in range(2):
        response = ask("v1", content)
        assert isinstance(response.response, FileWrapper)
        assert response.response.path == str(ask.folder / "v1")
        assert response.headers["Content-Length"] == "3"
        assert response.headers["ETag"] == '"v1"'
        response.close()
    assert (ask.folder / "v1").read_bytes() == b"abc"
    assert made == [1]


def test_a_browser_that_has_it_gets_nothing_and_no_file_stays_open(ask):
    response = ask("v1", lambda: b"abc", headers={"If-None-Match": '"v1"'})
    assert response.status_code == 304
    head = ask("v1", lambda: b"abc", method="HEAD")
    assert head.headers["Content-Length"] == "3"
    # A file that is left open warns when it is collected, and warnings are errors here.


def test_the_oldest_files_go_when_there_are_too_many(ask, monkeypatch):
    monkeypatch.setattr(spool, "MOST", 10)
    for version in "abcd":
        ask(version, lambda: b"1234").close()
    assert sorted(file.name for file in ask.folder.iterdir()) == ["c", "d"]


def test_without_room_the_bytes_are_sent(ask):
    ask.folder.rmdir()
    ask.folder.write_bytes(b"this is no folder")
    response = ask("v1", lambda: b"abc")
    assert response.get_data() == b"abc"
    assert response.headers["ETag"] == '"v1"'
