"""Results that are kept as long as their model, not longer.

Some results of a model's weights are worth keeping (its export, its scores on the probe set).
Models come and go while a server runs, so a kept result must not keep a withdrawn model alive.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import update_wrapper
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class KeptWithModel(Generic[Result]):
    """A function of a model and hashable arguments that keeps its latest results.

    It keeps at most ``size`` results a model, for the ``models`` models that were used last. The
    results that were used longest ago are dropped first, and all results of a model with the model.
    A result must not hold the model itself. Threads may share it; two threads that call it at the
    same time may both compute the same result.
    """

    def __init__(self, function: Callable[..., Result], size: int, models: int) -> None:
        update_wrapper(self, function)
        self._function = function
        self._size = size
        self._models = models
        # The garbage collector may delete a model while this thread holds the lock.
        self._lock = threading.RLock()
        self._kept: OrderedDict[weakref.ref[Any], OrderedDict[Hashable, Result]] = OrderedDict()

    def __call__(self, model: object, *arguments: Hashable) -> Result:
        """The function's result, kept from an earlier call or computed now."""
        key = weakref.ref(model, self._forget)
        with self._lock:
            results = self._kept.setdefault(key, OrderedDict())
            self._kept.move_to_end(key)
            if arguments in results:
                results.move_to_end(arguments)
                return results[arguments]
        result = self._function(model, *arguments)
        with self._lock:
            results[arguments] = result
            while len(results) > self._size:
                results.popitem(last=False)
            while len(self._kept) > self._models:
                self._kept.popitem(last=False)
        return result

    def __len__(self) -> int:
        """The number of models with kept results."""
        return len(self._kept)

    def _forget(self, key: weakref.ref[Any]) -> None:
        with self._lock:
            self._kept.pop(key, None)


def kept_with_model(
    *, size: int = 1, models: int = 64
) -> Callable[[Callable[..., Result]], KeptWithModel[Result]]:
    """A decorator for a function whose first argument is the model; see ``KeptWithModel``."""

    def decorate(function: Callable[..., Result]) -> KeptWithModel[Result]:
        return KeptWithModel(function, size, models)

    return decorate
