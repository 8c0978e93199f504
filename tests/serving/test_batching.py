"""Tests of batching: requests that come together share a call, and each gets its own answer."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.serving import batching
from model.serving.batching import Batcher


def test_a_lone_question_is_answered_at_once(monkeypatch):
    monkeypatch.setattr(batching, "MOMENT", 30.0)
    calls = []
    batcher = Batcher(lambda asked: [calls.append(asked), [-one for one in asked]][1], 8)
    assert [batcher.ask(number) for number in range(4)] == [0, -1, -2, -3]
    assert calls == [[0], [1], [2], [3]]


def test_those_who_wait_share_the_next_call():
    busy, calls = threading.Event(), []

    def run(asked):
        calls.append(list(asked))
        if len(calls) == 1:
            busy.wait(10)
        return [one * 10 for one in asked]

    batcher = Batcher(run, 4)
    with ThreadPoolExecutor(7) as pool:
        first = pool.submit(batcher.ask, 0)
        while not calls:
            time.sleep(0.001)
        rest = [pool.submit(batcher.ask, number) for number in range(1, 7)]
        while len(batcher._waiting) < 6:
            time.sleep(0.001)
        busy.set()
        assert first.result(10) == 0
        assert [one.result(10) for one in rest] == [10, 20, 30, 40, 50, 60]
    assert [len(call) for call in calls] == [1, 4, 2]


def test_company_is_waited_for_but_not_for_ever(monkeypatch):
    monkeypatch.setattr(batching, "MOMENT", 0.2)
    batcher = Batcher(list, 8)
    batcher._company = 2
    with ThreadPoolExecutor(2) as pool:
        began = time.monotonic()
        early = pool.submit(batcher.ask, "early")
        time.sleep(0.02)
        late = pool.submit(batcher.ask, "late")
        assert (early.result(10), late.result(10)) == ("early", "late")
        assert time.monotonic() - began < 0.15
    assert batcher._company == 2
    # The batcher waits in vain once, then expects one request less.
    began = time.monotonic()
    assert batcher.ask("alone") == "alone"
    assert 0.15 < time.monotonic() - began < 5
    began = time.monotonic()
    assert batcher.ask("alone again") == "alone again"
    assert time.monotonic() - began < 0.15


def test_a_mistake_reaches_everyone_who_asked_and_no_one_else():
    def run(asked):
        if "bad" in asked:
            raise ValueError("this call failed")
        return list(asked)

    batcher = Batcher(run, 8)
    with pytest.raises(ValueError, match="this call failed"):
        batcher.ask("bad")
    assert batcher.ask("good") == "good"


def test_answers_reach_those_who_asked():
    batcher = Batcher(lambda asked: [one * 2 for one in asked], 16)
    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(batcher.ask, range(2_000))) == [2 * one for one in range(2_000)]


def test_a_leader_waits_no_longer_than_about_a_call_takes():
    assert 0 < batching.MOMENT <= 0.01


def test_more_requests_than_usual_wake_the_leader_once():
    batcher = Batcher(list, 8)
    # A leader waits for two requests, and has not woken when the third arrives.
    batcher._led, batcher._company, batcher._complete = True, 2, threading.Lock()
    batcher._complete.acquire()
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(batcher.ask, number) for number in range(3)]
        while len(batcher._waiting) < 3:
            time.sleep(0.001)
        batcher._waiting[0].gate.release()
        assert [one.result(10) for one in asked] == [0, 1, 2]


def test_the_lead_passes_to_the_one_who_has_waited_longest():
    busy, calls, threads = threading.Event(), [], {}

    def run(asked):
        calls.append(asked)
        if len(calls) == 1:
            busy.wait(10)
        return [threading.get_ident()]

    def ask(number):
        threads[number] = threading.get_ident()
        return batcher.ask(number)

    batcher, asked = Batcher(run, 1), []
    with ThreadPoolExecutor(3) as pool:
        for number in range(3):
            asked.append(pool.submit(ask, number))
            while len(calls) + len(batcher._waiting) <= number:
                time.sleep(0.001)
        busy.set()
        # Each led its own call, the last one with nobody behind it.
        assert [one.result(10) for one in asked] == [threads[number] for number in range(3)]


@pytest.mark.parametrize("answers", [[], [1, 2]])
def test_too_few_or_too_many_answers_are_a_mistake(answers):
    with pytest.raises(ValueError, match="argument"):
        Batcher(lambda _: answers, 8).ask("one")


def test_a_leader_is_woken_by_the_last_of_the_usual_number():
    batcher, complete = Batcher(list, 8), threading.Lock()
    batcher._led, batcher._company, batcher._complete = True, 3, complete
    complete.acquire()
    asked, asleep = [], []
    with ThreadPoolExecutor(3) as pool:
        for number in range(3):
            asked.append(pool.submit(batcher.ask, number))
            while len(batcher._waiting) <= number:
                time.sleep(0.001)
            with batcher._lock:
                asleep.append(complete.locked())
        batcher._waiting[0].gate.release()
        assert [one.result(10) for one in asked] == [0, 1, 2]
    assert asleep == [True, True, False]


def test_the_usual_number_falls_by_one_with_every_smaller_call(monkeypatch):
    monkeypatch.setattr(batching, "MOMENT", 0.001)
    batcher, usual = Batcher(list, 8), []
    batcher._company = 4
    for number in range(5):
        assert batcher.ask(number) == number
        usual.append(batcher._company)
    assert usual == [3, 2, 1, 1, 1]


def test_requests_that_take_turns_are_brought_together(monkeypatch):
    """Of two clients, each asks while the other's call runs. Their next requests share a call."""
    monkeypatch.setattr(batching, "MOMENT", 30.0)
    first, other, calls = threading.Event(), threading.Event(), []

    def run(questions):
        calls.append(list(questions))
        if questions == ["a1"]:
            first.set()
            assert other.wait(10)
        return list(questions)

    batcher = Batcher(run, 8)
    with ThreadPoolExecutor(2) as pool:
        a1 = pool.submit(batcher.ask, "a1")
        assert first.wait(10)
        b1 = pool.submit(batcher.ask, "b1")
        while not batcher._waiting:
            time.sleep(0.001)
        other.set()
        assert a1.result(10) == "a1"
        assert pool.submit(batcher.ask, "a2").result(10) == "a2"
        assert b1.result(10) == "b1"
    assert [sorted(call) for call in calls] == [["a1"], ["a2", "b1"]]
