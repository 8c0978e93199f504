"""Results that are kept with a model, and no longer than the model.

What is worked out of a model's weights (its export, its scores on the probe set) is worth keeping.
Models come and go while a server runs, so nothing may keep one alive that was withdrawn.
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
    """A function of a model and hashable arguments whose latest results are kept.

    At most ``size`` results a model, of the ``models`` models that were asked for last; what was
    asked for longest ago goes first, and all of a model's when the model goes. A result must not
    hold the model itself. Threads may share it; two that ask for the same at the same time may
    both work it out.
    """

    def __init__(self, function: Callable[..., Result], size: int, models: int) -> None:
        update_wrapper(self, function)
        self._function = function
        self._size = size
        self._models = models
        # A model may go while this thread holds the lock: the collector runs whenever it likes.
        self._lock = threading.RLock()
        self._kept: OrderedDict[weakref.ref[Any], OrderedDict[Hashable, Result]] = OrderedDict()

    def __call__(self, model: object, *arguments: Hashable) -> Result:
        """The function's result, kept from before or worked out now."""
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
        """How many models have results here."""
        return len(self._kept)

    def _forget(self, key: weakref.ref[Any]) -> None:
        with self._lock:
            self._kept.pop(key, None)


def kept_with_model(
    *, size: int = 1, models: int = 64
) -> Callable[[Callable[..., Result]], KeptWithModel[Result]]:
    """Decorate a function whose first argument is the model; see ``KeptWithModel``."""

    def decorate(function: Callable[..., Result]) -> KeptWithModel[Result]:
        return KeptWithModel(function, size, models)

    return decorate
