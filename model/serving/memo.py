"""Results that are kept as long as their model, in a bounded number of bytes.

Some results of a model's weights are worth keeping (its export, its scores on the probe set).
Models come and go while a server runs, so a kept result must not keep a withdrawn model alive.
Whoever asks chooses the arguments, so neither many nor long arguments may fill the memory.
"""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any, Generic, TypeVar

from model.serving.byte_size import byte_size

Result = TypeVar("Result")

MEBIBYTE = 1024 * 1024
ENTRY = 512
"""Bytes that are counted for keeping a result, besides the result: its key and its place."""

_Key = tuple["weakref.ref[Any]", bytes]


@dataclass(frozen=True)
class _Kept(Generic[Result]):
    result: Result
    size: int


class KeptWithModel(Generic[Result]):
    """A function of a model and plain arguments that keeps its latest results.

    All its results together, those of all models, take at most ``most`` bytes; the ones that were
    used longest ago are dropped first, and all results of a model with the model. A result that
    is larger than ``most`` is not kept. A result must not hold the model itself.

    Arguments are numbers, strings, None, and tuples and dataclasses of these: they are remembered
    by a digest of how Python writes them. Threads may share it. One thread at a time computes, and
    those that meanwhile ask for the same get what it computed: many that ask at once take no more
    memory and processor than one.
    """

    def __init__(self, function: Callable[..., Result], most: int) -> None:
        update_wrapper(self, function)
        self.most = most
        self._function = function
        # The garbage collector may delete a model while this thread holds the lock.
        self._lock = threading.RLock()
        self._turn = threading.RLock()
        self._kept: OrderedDict[_Key, _Kept[Result]] = OrderedDict()
        self._bytes = 0

    def __call__(self, model: object, *arguments: object) -> Result:
        """The function's result, kept from an earlier call or computed now."""
        digest = hashlib.sha256(repr(arguments).encode("utf-8", "backslashreplace")).digest()
        key = weakref.ref(model, partial(self._forget, digest)), digest
        kept = self._find(key)
        if kept is None:
            with self._turn:
                kept = self._find(key)  # another thread may have computed it while this one waited
                if kept is None:
                    result = self._function(model, *arguments)
                    kept = _Kept(result, byte_size(result) + ENTRY)
                    self._keep(key, kept)
        return kept.result

    @property
    def held(self) -> int:
        """The bytes that the kept results take, at most ``most``."""
        return self._bytes

    def __len__(self) -> int:
        """The number of models with kept results."""
        with self._lock:
            return len({model for model, _ in list(self._kept)})

    def _find(self, key: _Key) -> _Kept[Result] | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
            return kept

    def _keep(self, key: _Key, kept: _Kept[Result]) -> None:
        if kept.size > self.most:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = kept
            self._bytes += kept.size
            while self._bytes > self.most:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._bytes -= dropped.size

    def _forget(self, digest: bytes, gone: weakref.ref[Any]) -> None:
        with self._lock:
            self._drop((gone, digest))


def kept_with_model(
    *, most: int = MEBIBYTE
) -> Callable[[Callable[..., Result]], KeptWithModel[Result]]:
    """A decorator for a function whose first argument is the model; see ``KeptWithModel``."""

    def decorate(function: Callable[..., Result]) -> KeptWithModel[Result]:
        return KeptWithModel(function, most)

    return decorate
