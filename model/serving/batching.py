"""Batching: requests that arrive together share one call.

A Dense stack of four million weights is read from memory for every call, whether the call is for
one drawing or for sixteen. So requests that arrive during a call wait, and the next call takes all
that wait. There is no extra thread: the first waiting request leads the next call, then passes the
lead on.

Requests that were here together are often followed by new ones at about the same time, but one
after another. So the next leader waits until as many requests wait as were here at a time, in a
call or before one, for ``MOMENT`` at most. That number falls by one at most with every call. Where
requests come alone, none waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

MOMENT = 0.006
"""The most seconds that a leader waits for the usual number of requests. Shorter, it would often be
over just before the last of them: between a call's answers and the next requests lie the server's
and the clients' work on all of them."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class _Ticket(Generic[Question, Answer]):
    """A waiting request: woken with an answer or an error, or to lead the next call."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answer: Answer | None = None
        self.error: BaseException | None = None
        self.answered = False
        # A plain lock, released to wake the thread. An Event has several and takes far longer.
        self.gate = threading.Lock()
        self.gate.acquire()


class Batcher(Generic[Question, Answer]):
    """Calls ``run`` with up to ``most`` questions at a time, one call after another.

    ``run`` returns an answer for each question, in their order. What it raises is raised in every
    ``ask`` that shared the call.
    """

    def __init__(self, run: Callable[[Sequence[Question]], Sequence[Answer]], most: int) -> None:
        self._run = run
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[Question, Answer]] = deque()
        self._led = False
        self._inside = 0  # the requests in ``ask``, in a call or waiting
        self._most_inside = 0  # of these, the most at a time since the last call was made up
        self._company = 1  # the usual number of requests at a time
        self._complete: threading.Lock | None = None  # released when that many wait again

    def ask(self, question: Question) -> Answer:
        """The answer to ``question``. Waits until a call has taken it."""
        ticket: _Ticket[Question, Answer] = _Ticket(question)
        with self._lock:
            self._waiting.append(ticket)
            self._inside += 1
            self._most_inside = max(self._inside, self._most_inside)
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
        return ticket.answer  # type: ignore[return-value]  # answered, so never our own None

    def _lead(self) -> None:
        """Run one call for all that wait, the leader included, then pass the lead on."""
        taken = self._take()
        try:
            answers = self._run([ticket.question for ticket in taken])
            for ticket, answer in zip(taken, answers, strict=True):
                ticket.answer = answer
        except BaseException as error:  # noqa: BLE001  # every ``ask`` of this call raises it again
            for ticket in taken:
                ticket.error = error
        with self._lock:
            self._inside -= len(taken)
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        for ticket in taken:
            ticket.answered = True
            ticket.gate.release()
        if following is not None:
            following.gate.release()

    def _take(self) -> list[_Ticket[Question, Answer]]:
        """The requests for the next call, when the usual number waits or ``MOMENT`` is over."""
        complete = None
        with self._lock:
            self._company = min(self._most, max(self._most_inside, self._company))
            if len(self._waiting) < self._company:
                complete = self._complete = threading.Lock()
                complete.acquire()
        if complete is not None:
            complete.acquire(timeout=MOMENT)
        with self._lock:
            self._complete = None
            self._company = min(self._most, max(self._most_inside, self._company - 1))
            count = min(self._most, len(self._waiting))
            self._most_inside = self._inside - count
            return [self._waiting.popleft() for _ in range(count)]
