"""One core for two facades: what waits is written once, as a generator, and run by a thread or by an event loop.

Such a generator of *steps* does no I/O; it yields what is to be exchanged and is sent what became of it (``runtime.virtual``).
``waits`` makes a method of it that blocks, ``awaits`` one that is awaited; name, parameters and docstring stay.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sinch_voice_emulator.errors import BadRequest, EmulatorError
from sinch_voice_emulator.runtime.virtual import Steps
from sinch_voice_emulator.testkit.failures import ExpectationFailed

__all__ = ["Steps", "Worked", "Worker", "awaits", "waits"]

P = ParamSpec("P")
S = TypeVar("S", bound="Worked")
T = TypeVar("T")


class Worker(Protocol):
    """Runs steps: the voice that a handle belongs to."""

    def work(self, steps: Steps[T]) -> T:
        """Run steps to their end in this thread."""
        ...

    async def work_async(self, steps: Steps[T]) -> T:
        """Run steps to their end on this loop."""
        ...


class Worked(Protocol):
    """Whatever has steps to run."""

    @property
    def worker(self) -> Worker:
        """Who runs them."""
        ...


def waits(steps: Callable[Concatenate[S, P], Steps[T]]) -> Callable[Concatenate[S, P], T]:
    """A method that runs these steps and returns their result."""

    @functools.wraps(steps)
    def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return self.worker.work(_begun(steps, self, *args, **kwargs))
        except (ExpectationFailed, EmulatorError) as failure:
            raise failure.with_traceback(None) from failure.__cause__

    return _named(method)


def awaits(steps: Callable[Concatenate[S, P], Steps[T]]) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """A coroutine method that runs these steps and returns their result."""

    @functools.wraps(steps)
    async def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        __tracebackhide__ = True
        try:
            return await self.worker.work_async(_begun(steps, self, *args, **kwargs))
        except (ExpectationFailed, EmulatorError) as failure:
            raise failure.with_traceback(None) from failure.__cause__

    return _named(method)


def _begun(steps: Callable[Concatenate[S, P], Steps[T]], worked: S, *args: P.args, **kwargs: P.kwargs) -> Steps[T]:
    """Steps, of which none has run yet: what can fail here is what the method was called with."""
    try:
        return steps(worked, *args, **kwargs)
    except TypeError as error:
        name = steps.__name__.removeprefix("_")
        parameters = list(inspect.signature(steps).parameters.values())[1:]
        shown = inspect.Signature([one.replace(annotation=inspect.Parameter.empty) for one in parameters])
        said = str(error).rpartition(steps.__name__)[2]
        raise BadRequest(f"{name}{said}; it takes {name}{shown}") from None


_Method = TypeVar("_Method", bound=Callable[..., Any])


def _named(method: _Method) -> _Method:
    method.__name__ = method.__name__.removeprefix("_")
    return method
