"""Failures of the Calling REST API that a test ordered: which requests fail, how, and how often."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass, replace

from sinch_voice_emulator.errors import BadRequest, LimitReached
from sinch_voice_emulator.model.account import REGIONS
from sinch_voice_emulator.v1 import errors, spec
from sinch_voice_emulator.v1.errors import ApiError

MAX_FAULTS = 100

_KNOWN = {
    402: errors.not_enough_credit,
    403: errors.destination_forbidden,
    429: errors.too_many_requests,
    500: errors.internal_error,
}
_MESSAGES = {503: "Service temporarily unavailable"}


@dataclass(frozen=True, slots=True)
class ApiFault:
    """An order to fail.

    ``operation`` is an operation id (``placeCallout``), ``path`` a prefix of the path, ``method`` an HTTP verb,
    ``application`` a key; ``""`` is any. ``times`` is how many requests are still to fail. ``code`` and ``message`` replace
    those the platform has for ``status`` (``None`` and ``""``).
    """

    id: str
    status: int
    times: int = 1
    code: int | None = None
    message: str = ""
    method: str = ""
    operation: str = ""
    path: str = ""
    application: str = ""

    def hits(self, operation: str, target: str, application: str) -> bool:
        """Whether a request is meant: its operation id, its target as sent, the key of who sends it."""
        return (
            (not self.operation or self.operation.lower() == operation.lower())
            and (not self.application or self.application.lower() == application.lower())
            and (not self.method or self.method.upper() == _methods().get(operation, ""))
            and (not self.path or target.startswith(self.path) or _without_region(target).startswith(self.path))
        )

    def error(self) -> ApiError:
        """What the client is told; the journal hears whose order it was."""
        why = f"a test ordered this failure (api fault {self.id})"
        known = _KNOWN.get(self.status)
        usual = known(why) if known else errors.by_status(self.status, _MESSAGES.get(self.status, "Request failed"), why)
        return ApiError(self.status, self.code if self.code is not None else usual.code, self.message or usual.message, why)


class ApiFaults:
    """The orders of one account, oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, ApiFault] = {}
        self._issued = 0

    def add(self, fault: ApiFault) -> ApiFault:
        """Take an order; its id is given here. Raises ``LimitReached`` when there are too many already."""
        if not 400 <= fault.status <= 599:
            raise BadRequest(f"the status of a failure must be between 400 and 599, not {fault.status}")
        if fault.times < 1:
            raise BadRequest(f"a failure must happen at least once, not {fault.times} times")
        with self._lock:
            if len(self._faults) >= MAX_FAULTS:
                raise LimitReached(f"at most {MAX_FAULTS} failures can be ordered at a time; delete some first")
            self._issued += 1
            added = replace(fault, id=str(self._issued))
            self._faults[added.id] = added
            return added

    def all(self) -> tuple[ApiFault, ...]:
        """The orders that are not used up."""
        with self._lock:
            return tuple(self._faults.values())

    def clear(self) -> int:
        """Forget every order; says how many there were."""
        with self._lock:
            count = len(self._faults)
            self._faults.clear()
            return count

    def match(self, operation: str, target: str, application: str) -> ApiError | None:
        """The error this request has to fail with, ``None`` when nobody ordered one. Uses up one of its times."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults.values():
                if fault.hits(operation, target, application):
                    if fault.times > 1:
                        self._faults[fault.id] = replace(fault, times=fault.times - 1)
                    else:
                        del self._faults[fault.id]
                    return fault.error()
        return None


@functools.cache
def _methods() -> dict[str, str]:
    """HTTP verbs by operation id."""
    return {operation.id: operation.method for operation in spec.voice().operations()}


def _without_region(target: str) -> str:
    """``/euc1/calling/v1/...`` without its region."""
    first, slash, rest = target[1:].partition("/")
    return f"/{rest}" if slash and first.lower() in REGIONS else target
