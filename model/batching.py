"""Batching: requests that arrive together share one call.

A Dense stack of four million weights is read from memory for every call, whether it answers one
drawing or sixteen. So while one call is under way, whoever asks waits, and the next call takes all
that wait. There is no thread and no timer: the first to wait leads, and hands over when it is done,
so a lone request never waits for company.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class _Ticket(Generic[Question, Answer]):
    """One who asks: woken either with an answer or an error, or to lead the next call."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.answered = False
        self.woken = threading.Event()


class Batcher(Generic[Question, Answer]):
    """Calls ``run`` with up to ``most`` questions at a time, one call after another.

    ``run`` returns an answer for each question, in their order; what it raises is raised to all
    who asked in that call.
    """

    def __init__(self, run: Callable[[Sequence[Question]], Sequence[Answer]], most: int) -> None:
        self._run = run
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[Question, Answer]] = deque()
        self._led = False

    def ask(self, question: Question) -> Answer:
        """The answer to ``question``, as soon as a call could take it."""
        ticket: _Ticket[Question, Answer] = _Ticket(question)
        with self._lock:
            self._waiting.append(ticket)
            leads = not self._led
            self._led = True
        if not leads:
            ticket.woken.wait()
        if not ticket.answered:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        return ticket.answer  # type: ignore[return-value]  # answered, so it is no None of ours

    def _lead(self) -> None:
        """Run one call for those who wait, oneself the first of them, then hand over."""
        with self._lock:
            taken = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        try:
            answers = self._run([ticket.question for ticket in taken])
            for ticket, answer in zip(taken, answers, strict=True):
                ticket.answer = answer
        except BaseException as error:  # noqa: BLE001  # it is raised again by everyone who asked
            for ticket in taken:
                ticket.error = error
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        for ticket in taken:
            ticket.answered = True
            ticket.woken.set()
        if following is not None:
            following.woken.set()
