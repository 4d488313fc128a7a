"""Faults of the network between the platform and a backend, ordered by a test.

A fault says which attempts it means (event, call, the n-th of them, how many, with what chance) and what goes wrong. It is
matched in one place, ``exchanges``, for every driver. Chance is drawn from the account's seed, so that two runs of one test see
the same.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal, TypeAlias

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.errors import BadRequest, LimitReached, NotFound
from sinch_voice_emulator.model.delivery import Delivery, EventKind
from sinch_voice_emulator.model.instants import HOUR, SECOND, Millis
from sinch_voice_emulator.runtime.paths import set_at, steps_of, value_at
from sinch_voice_emulator.runtime.ports import Answer, Failure, FailureKind, Headers

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.account import AccountRuntime

MAX_FAULTS = 100
Signature: TypeAlias = Literal["wrong-key", "stale-time", "changed-body", "changed-path", "absent", "replayed"]
SIGNATURES: tuple[Signature, ...] = ("wrong-key", "stale-time", "changed-body", "changed-path", "absent", "replayed")
_SIGNATURE_HEADERS = ("authorization", "x-timestamp")


class FaultKind(StrEnum):
    """What goes wrong."""

    DROP = "drop"
    """The request never arrives; nobody answers before the timeout."""
    DELAY = "delay"
    """The request leaves ``milliseconds`` later."""
    DUPLICATE = "duplicate"
    """The same bytes arrive ``copies`` more times; their answers are dropped."""
    REORDER = "reorder"
    """The next callback of the same call goes first, if one comes within ``milliseconds``."""
    ALTER = "alter"
    """The member at ``path`` is ``value``; the signature fits."""
    BAD_SIGNATURE = "bad-signature"
    """The signature does not hold, in the way ``signature`` names."""
    SLOW_ANSWER = "slow-answer"
    """The answer takes ``milliseconds``; from the callback timeout on it is too late."""
    REFUSED = "refused"
    """The connection is refused; the request does not arrive."""
    RESET = "reset"
    """The request arrives; the connection is lost before its answer."""
    STATUS = "status"
    """A proxy in between answers with ``status``; the request does not arrive."""
    GARBAGE = "garbage"
    """The request arrives; bytes come back that are not JSON."""


_NEEDS_TIME = (FaultKind.DELAY, FaultKind.SLOW_ANSWER)
_LOST_BEFORE = (FaultKind.DROP, FaultKind.REFUSED, FaultKind.STATUS)
_HARMLESS = (FaultKind.DELAY, FaultKind.DUPLICATE, FaultKind.REORDER)


@dataclass(frozen=True, slots=True)
class Request:
    """The body that is sent, and the body and URL that the signature is made for."""

    signed_url: str
    signed: bytes
    sent: bytes = b""

    def __post_init__(self) -> None:
        if not self.sent:
            object.__setattr__(self, "sent", self.signed)


@dataclass(frozen=True, slots=True)
class Tamper:
    """How the headers of an attempt are spoilt: the secret to sign with, how old, what replaces them (``()``: taken away)."""

    wrong_secret: bool = False
    older_ms: Millis = 0
    instead: Headers | None = None

    @property
    def only_old(self) -> bool:
        """Whether the signature holds and nothing but its time stamp is wrong."""
        return self.older_ms > 0 and not self.wrong_secret and self.instead is None

    def applied(self, headers: Headers) -> Headers:
        """The headers as they are sent."""
        if self.instead is None:
            return headers
        spoilt = {name.lower(): value for name, value in self.instead}
        kept = [(name, spoilt.get(name.lower(), value)) for name, value in headers]
        return tuple(kept) if spoilt else tuple(one for one in kept if one[0].lower() not in _SIGNATURE_HEADERS)


@dataclass(frozen=True, slots=True)
class DeliveryFault:
    """An order to fail. ``id`` is given by ``DeliveryFaults.add``.

    Which attempts: of ``event`` and ``call`` (``None``, ``""``: any); from the ``nth`` of those on; ``count`` of them
    (``None``: all); each with ``chance``. One delivery may be several attempts: the primary address, the fallback,
    redeliveries. ``milliseconds`` is account time.
    """

    kind: FaultKind
    event: EventKind | None = None
    call: str = ""
    nth: int = 1
    count: int | None = 1
    chance: float = 1.0
    milliseconds: Millis = SECOND
    copies: int = 1
    path: str = ""
    value: object = None
    signature: Signature = "wrong-key"
    status: int = 503
    id: str = ""

    def check(self) -> None:
        """Raise ``BadRequest`` when the order makes no sense."""
        if self.nth < 1 or (self.count is not None and self.count < 1):
            raise BadRequest("nth and count of a fault begin at 1: nth=2 is the second matching attempt, count=None every one")
        if not 0 < self.chance <= 1:
            raise BadRequest(f"the chance of a fault is more than 0 and at most 1, not {self.chance:g}")
        if self.milliseconds < 0 or (self.milliseconds == 0 and self.kind in _NEEDS_TIME):
            raise BadRequest(f"a fault of kind {self.kind.value} takes more than 0 milliseconds, not {self.milliseconds}")
        if not 1 <= self.copies <= 10:
            raise BadRequest(f"a duplicate is sent 1 to 10 more times, not {self.copies}")
        if self.kind is FaultKind.ALTER:
            if self.path in ("", "$", "$."):
                raise BadRequest("alter needs the path of a member, such as $.to.endpoint")
            steps_of(self.path)
        if self.signature not in SIGNATURES:
            raise BadRequest(f"a signature is bad in one of these ways: {', '.join(SIGNATURES)}; not {self.signature!r}")
        if not 100 <= self.status <= 599:
            raise BadRequest(f"a status is between 100 and 599, not {self.status}")

    def means(self, delivery: Delivery) -> bool:
        """Whether attempts of this delivery are meant."""
        return self.event in (None, delivery.event) and self.call in ("", delivery.call_id)

    def about(self, delivery: Delivery, url: str) -> dict[str, object]:
        """What the journal says when it fires."""
        data: dict[str, object] = {"fault": self.id, "fault_kind": self.kind.value, "delivery": delivery.id}
        if self.kind is FaultKind.ALTER and (was := value_at(json.loads(delivery.body), self.path)) is not None:
            data["was"] = was
        return data | {"event": delivery.event.value, "url": url} | self.details()

    def details(self) -> dict[str, object]:
        """The members that matter for its kind."""
        match self.kind:
            case FaultKind.DELAY | FaultKind.SLOW_ANSWER | FaultKind.REORDER:
                return {"milliseconds": self.milliseconds}
            case FaultKind.DUPLICATE:
                return {"copies": self.copies}
            case FaultKind.ALTER:
                return {"path": self.path, "value": self.value}
            case FaultKind.BAD_SIGNATURE:
                return {"signature": self.signature}
            case FaultKind.STATUS:
                return {"status": self.status}
            case _:
                return {}

    # --- what it does ------------------------------------------------------------------------------------------------------

    @property
    def reaches_backend(self) -> bool:
        """Whether the request arrives."""
        return self.kind not in _LOST_BEFORE

    @property
    def explains_failure(self) -> bool:
        """Whether a failure of the delivery is its doing, and not the backend's."""
        return self.kind not in _HARMLESS

    def request(self, url: str, body: bytes) -> Request:
        """What is sent, and what is signed."""
        if self.kind is FaultKind.ALTER:
            return Request(url, altered(body, self.path, self.value))
        if self.kind is FaultKind.BAD_SIGNATURE and self.signature == "changed-body":
            return Request(url, body, body[:-1] + b" " + body[-1:])
        if self.kind is FaultKind.BAD_SIGNATURE and self.signature == "changed-path":
            address, question, query = url.partition("?")
            return Request(f"{address.rstrip('/')}/elsewhere{question}{query}", body)
        return Request(url, body)

    def tamper(self, account: AccountRuntime) -> Tamper | None:
        """How the signature is spoilt."""
        if self.kind is not FaultKind.BAD_SIGNATURE:
            return None
        earlier = account.faults.last_signature
        match self.signature:
            case "wrong-key":
                return Tamper(wrong_secret=True)
            case "absent":
                return Tamper(instead=())
            case "replayed" if earlier:
                return Tamper(instead=earlier)
            case "stale-time" | "replayed":
                return Tamper(older_ms=HOUR)
            case _:
                return None

    def instead(self, url: str, timeout: Millis) -> Answer | Failure | None:
        """What comes back in place of the backend's answer, ``None`` when that comes through."""
        match self.kind:
            case FaultKind.DROP:
                return Failure(FailureKind.TIMEOUT, f"{url} did not answer within {timeout / 1000:g} s")
            case FaultKind.REFUSED:
                return Failure(FailureKind.REFUSED, f"{url} refused the connection: nothing listens there")
            case FaultKind.RESET:
                return Failure(FailureKind.BROKEN, f"{url} closed the connection without an answer")
            case FaultKind.STATUS:
                return Answer(self.status, (("content-type", "text/plain"),), b"ordered by a test")
            case FaultKind.GARBAGE:
                return Answer(200, (("content-type", "application/json"),), b"\x00{garbage\xff")
            case _:
                return None

    def judge(self, account: AccountRuntime, delivery: Delivery, outcome: Answer | Failure, tamper: Tamper | None) -> None:
        """Say so when a backend took a callback that it had to refuse.

        A forged one is a problem: whoever orders it asks whether the backend looks. An old one whose signature holds is a
        warning, since none of the official SDKs looks at the time.
        """
        if self.kind is not FaultKind.BAD_SIGNATURE or not isinstance(outcome, Answer) or not 200 <= outcome.status < 300:
            return
        old = tamper is not None and tamper.only_old
        why = "it was signed an hour ago" if old else f"its signature does not hold ({self.signature})"
        text = f"the backend accepted {delivery.event.value} although {why}"
        severity = Severity.WARNING if old else Severity.PROBLEM
        account.note("remark", {"text": text}, severity=severity, call_id=delivery.call_id)


@dataclass(slots=True)
class _Order:
    """A fault and how far it is used up: matching attempts seen, times fired."""

    fault: DeliveryFault
    seen: int = 0
    fired: int = 0

    @property
    def used_up(self) -> bool:
        return self.fault.count is not None and self.fired >= self.fault.count

    def fires(self, delivery: Delivery, seed: str) -> bool:
        fault = self.fault
        if self.used_up or not fault.means(delivery):
            return False
        self.seen += 1
        if self.seen < fault.nth or (fault.chance < 1 and drawn(f"{seed}|fault|{fault.id}|{self.seen}") >= fault.chance):
            return False
        self.fired += 1
        return True


@dataclass(slots=True)
class DeliveryFaults:
    """The orders of one account, oldest first: of several that mean an attempt the first one fires. Thread-safe."""

    seed: str
    orders: dict[str, _Order] = field(default_factory=dict)
    issued: int = 0
    last_signature: Headers = ()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: DeliveryFault) -> DeliveryFault:
        """Take an order; returns it with its id."""
        fault.check()
        with self.lock:
            self.orders = {name: order for name, order in self.orders.items() if not order.used_up}
            if len(self.orders) >= MAX_FAULTS:
                raise LimitReached(f"at most {MAX_FAULTS} faults can be ordered at a time; remove some first")
            self.issued += 1
            added = replace(fault, id=str(self.issued))
            self.orders[added.id] = _Order(added)
            return added

    def all(self) -> tuple[tuple[DeliveryFault, int], ...]:
        """The orders that are not used up, each with how often it has fired."""
        with self.lock:
            return tuple((order.fault, order.fired) for order in self.orders.values() if not order.used_up)

    def remove(self, fault: str) -> None:
        """Take an order back; raises ``NotFound``."""
        with self.lock:
            if self.orders.pop(fault, None) is None:
                raise NotFound(f"there is no fault {fault!r}: it was taken back already, or the account was reset")

    def clear(self) -> int:
        """Take back every order; says how many were not used up."""
        with self.lock:
            count = sum(not order.used_up for order in self.orders.values())
            self.orders.clear()
            return count

    def firing(self, delivery: Delivery) -> DeliveryFault | None:
        """The fault that this attempt of a delivery suffers, and counts it."""
        if not self.orders:
            return None
        with self.lock:
            return next((order.fault for order in self.orders.values() if order.fires(delivery, self.seed)), None)

    def remember(self, headers: Headers) -> None:
        """Keep the signature of a request that was sent, for ``replayed``."""
        self.last_signature = tuple(one for one in headers if one[0].lower() in _SIGNATURE_HEADERS)


def drawn(text: str) -> float:
    """A number from 0 to 1 that depends on ``text`` alone."""
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48


def altered(body: bytes, path: str, value: object) -> bytes:
    """A JSON document with the member at ``path`` set; what is not there on the way is made. It stays where nothing can be."""
    document = json.loads(body)
    try:
        set_at(document, path, value)
    except BadRequest:
        return body
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
