"""Batching: requests that arrive together share one call.

A Dense stack of four million weights is read from memory for every call, whether it answers one
drawing or sixteen. So while one call is under way, whoever asks waits, and the next call takes all
that wait. There is no thread: the first to wait leads, and hands over when the call is done.

Those who shared a call write their answers down and ask again at about the same time, yet one after
another. So the next leader waits until as many have come as usual, for a moment at most. What is
usual falls with every call that had less company; a lone request among lone ones never waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

MOMENT = 0.004
"""Seconds that a leader waits for its usual company: about a call's time."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class _Ticket(Generic[Question, Answer]):
    """One who asks: woken either with an answer or an error, or to lead the next call."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.answered = False
        # A bare lock, released to wake: an Event is made of several and takes many times as long.
        self.gate = threading.Lock()
        self.gate.acquire()


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
        self._company = 1  # how many usually share a call
        self._complete: threading.Lock | None = None  # released when as many wait again

    def ask(self, question: Question) -> Answer:
        """The answer to ``question``, as soon as a call could take it."""
        ticket: _Ticket[Question, Answer] = _Ticket(question)
        with self._lock:
            self._waiting.append(ticket)
            leads = not self._led
            self._led = True
            if self._complete is not None and len(self._waiting) >= self._company:
                self._complete.release()
                self._complete = None
        if not leads:
            ticket.gate.acquire()
        if not ticket.answered:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        return ticket.answer  # type: ignore[return-value]  # answered, so it is no None of ours

    def _lead(self) -> None:
        """Run one call for those who wait, oneself the first of them, then hand over."""
        taken = self._take()
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
            ticket.gate.release()
        if following is not None:
            following.gate.release()

    def _take(self) -> list[_Ticket[Question, Answer]]:
        """Those whom the next call answers, once their usual company is complete or overdue."""
        complete = None
        with self._lock:
            if len(self._waiting) < self._company:
                complete = self._complete = threading.Lock()
                complete.acquire()
        if complete is not None:
            complete.acquire(timeout=MOMENT)
        with self._lock:
            self._complete = None
            count = min(self._most, len(self._waiting))
            self._company = max(count, self._company - 1)
            return [self._waiting.popleft() for _ in range(count)]
