"""Twins: accounts that hold the keys, numbers and settings of another one, and have calls, a clock and a journal of their own.

Runs of scenarios that go on side by side are twins of one account, since a backend has one key and one secret. Whose a
request of the Voice API is says its path: a call, a recording or a conference belongs to the twin that has it. A request
that names nothing of the kind (``POST callouts``, the configuration API) belongs to the twin that awaits callouts, and
when there is none, to the oldest. When there are several twins that is a guess, and all of them are ``mixed_up``.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sinch_voice_emulator.runtime.account import AccountRuntime


@dataclass(frozen=True, slots=True)
class Twin:
    """A twin, and whether its backend is to place calls of its own."""

    runtime: AccountRuntime
    takes_callouts: bool


class Twins:
    """The twins there are, by the account they are twins of. False while there is none. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._by_original: dict[AccountRuntime, tuple[Twin, ...]] = {}
        self._mixed_up: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._by_original)

    def __len__(self) -> int:
        return sum(map(len, self._by_original.values()))

    def free_name(self, original: str) -> str:
        """A name for another twin of the account of this name."""
        return f"{original}-run-{next(self._numbers)}"

    def add(self, original: AccountRuntime, twin: Twin) -> None:
        """Let a twin take part in the requests for ``original``."""
        with self._lock:
            self._by_original[original] = (*self.of(original), twin)

    def remove(self, runtime: AccountRuntime) -> None:
        """Let a twin take part no longer. Does nothing for an account that is none."""
        with self._lock:
            self._mixed_up.discard(runtime.name)
            for original, twins in list(self._by_original.items()):
                left = tuple(twin for twin in twins if twin.runtime is not runtime)
                if left:
                    self._by_original[original] = left
                else:
                    del self._by_original[original]

    def of(self, original: AccountRuntime) -> tuple[Twin, ...]:
        """The twins of an account, oldest first."""
        return self._by_original.get(original, ())

    def mixed_up(self, runtime: AccountRuntime) -> bool:
        """Whether a request that may be this twin's may as well be that of another."""
        return runtime.name in self._mixed_up

    def addressed(self, original: AccountRuntime, names: Mapping[str, str], account: str = "") -> AccountRuntime:
        """Whose a request is that carries a key of ``original``; without twins it is that account's own.

        ``names`` are the parameters of the path. ``account`` is for a client in this process that knows whose request it is.
        """
        twins = self.of(original)
        if not twins:
            return original
        if account:
            return next((twin.runtime for twin in twins if twin.runtime.name == account), original)
        everybody = [*(twin.runtime for twin in twins), original]
        for name, has in _BELONGS:
            if name in names:
                owner = next((one for one in everybody if has(one, names[name])), None)
                if owner is not None:
                    return owner
        with self._lock:
            if len(twins) > 1:
                self._mixed_up.update(twin.runtime.name for twin in self.of(original))
        return next((twin.runtime for twin in twins if twin.takes_callouts), everybody[0])


def _has_call(runtime: AccountRuntime, call_id: str) -> bool:
    return call_id in runtime.engine.state.calls


def _has_recording(runtime: AccountRuntime, key: str) -> bool:
    return key in runtime.engine.state.recordings


def _has_conference(runtime: AccountRuntime, name: str) -> bool:
    with runtime.lock:
        return any(room.name == name for room in runtime.engine.state.conferences)


_BELONGS: tuple[tuple[str, Callable[[AccountRuntime, str], bool]], ...] = (
    ("callId", _has_call),
    ("key", _has_recording),
    ("conferenceId", _has_conference),
)
"""What a parameter of a path can name, the most telling first."""
