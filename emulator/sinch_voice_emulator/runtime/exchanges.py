"""One delivery from beginning to end, without I/O: which requests are made, and what their answers come to.

``delivering`` is a generator. It yields an ``Exchange`` when bytes are to be posted, and is sent the outcome; it yields an
``Alarm`` when it waits for the account's time, and goes on once that has rung. Whoever runs it, in whatever thread or loop,
does nothing but I/O: attempts, fallback, redelivery, signatures and injected faults are here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from sinch_voice_emulator import __version__
from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.model.delivery import Attempt, Delivery
from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.addresses import host_of
from sinch_voice_emulator.runtime.alarms import Alarm
from sinch_voice_emulator.runtime.clocks import real_perf_counter
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault, FaultKind, Request, Tamper
from sinch_voice_emulator.runtime.moving import elapse
from sinch_voice_emulator.runtime.ports import Answer, Failure, FailureKind, Headers

USER_AGENT = f"sinch-voice-emulator/{__version__}"

Outcome: TypeAlias = Answer | Failure


@dataclass(frozen=True, slots=True)
class Exchange:
    """To be done: post ``body`` with ``headers`` to ``url`` and bring back the answer within ``timeout`` milliseconds."""

    account: AccountRuntime
    delivery: Delivery
    url: str
    headers: Headers
    body: bytes
    timeout: Millis


@dataclass(frozen=True, slots=True)
class Measured:
    """An outcome, by somebody who knows better than a stopwatch around the exchange how long it took on the wall clock.

    ``sent_to``: the URL that was called in place of the one that was asked for; ``""`` when it was that one.
    """

    outcome: Outcome
    wall_ms: float
    sent_to: str = ""


Reply: TypeAlias = Answer | Failure | Measured | None
Delivering: TypeAlias = Generator[Exchange | Alarm, Reply, None]


@dataclass(slots=True)
class _Result:
    """What one attempt came to. ``late``: an answer that will come at an instant when nobody waits any more."""

    outcome: Outcome
    ordered: bool = False
    wall_ms: float = 0.0
    sent_to: str = ""
    late: list[tuple[Instant, Outcome]] = field(default_factory=list)
    copies: list[Exchange] = field(default_factory=list)


def addresses_of(delivery: Delivery) -> list[str]:
    """Every URL to try, in order: the primary, the fallback once, then redeliveries to the primary."""
    target, policy = delivery.target, delivery.policy
    fallback = [target.fallback] if policy.try_fallback and target.fallback else []
    return [target.primary, *fallback, *[target.primary] * policy.redeliveries]


def delivering(account: AccountRuntime, delivery: Delivery) -> Delivering:
    """Attempt a delivery until somebody answers with success, tell the engine, and see off answers that come too late."""
    late: list[tuple[Instant, Outcome]] = []
    copies: list[Exchange] = []
    result = _Result(Failure(FailureKind.ADDRESS, "there is no address to deliver to"))
    try:
        for url in addresses_of(delivery):
            result = yield from _attempt(account, delivery, url)
            late += result.late
            copies += result.copies
            if isinstance(result.outcome, Answer) and 200 <= result.outcome.status < 300:
                break
    except Exception as fault:
        account.conclude(delivery.id, Failure(FailureKind.BROKEN, f"the exchange broke off: {fault!r}"))
        raise
    if copies or late:
        yield from _lingering(account, delivery, result, copies, late)
    else:
        account.conclude(delivery.id, result.outcome, ordered=result.ordered)


def _lingering(
    account: AccountRuntime, delivery: Delivery, result: _Result, copies: list[Exchange], late: list[tuple[Instant, Outcome]]
) -> Delivering:
    """Conclude, then send the duplicates and see off the late answers. Until then the account is not settled."""
    open_work = account.open
    with account.lock:
        open_work.lingering[delivery.id] = f"a duplicate or late answer of {delivery.event.value} of call {delivery.call_id}"
    try:
        account.conclude(delivery.id, result.outcome, ordered=result.ordered)
        for copy in copies:
            answer = _measured((yield copy), 0.0)
            account.too_late(delivery, _word(answer.outcome), "it answers a duplicate, and the first answer counts")
        for due, outcome in sorted(late, key=lambda pair: pair[0]):
            yield from _wait(account, delivery, due - account.clock.now())
            account.too_late(delivery, _word(outcome), "it came after the timeout of the callback")
    finally:
        with account.lock:
            del open_work.lingering[delivery.id]
        account.wake.ring()


def _attempt(account: AccountRuntime, delivery: Delivery, url: str) -> Generator[Exchange | Alarm, Reply, _Result]:
    fault = account.faults.firing(delivery)
    if fault is not None:
        account.note("fault.fired", fault.about(delivery, url), call_id=delivery.call_id)
        if fault.kind in (FaultKind.DELAY, FaultKind.REORDER):
            yield from _hold_back(account, delivery, fault)
    request = Request(url, delivery.body) if fault is None else fault.request(url, delivery.body)
    try:
        host_of(url)
        tamper = fault.tamper(account) if fault is not None else None
        headers = _signed(account, delivery, request, tamper)
    except EmulatorError as refusal:
        account.attempted(delivery, Attempt(url, (), error=str(refusal)))
        return _Result(Failure(FailureKind.ADDRESS, str(refusal)))
    exchange = Exchange(account, delivery, url, headers, request.sent, delivery.policy.timeout)
    result = _Result(Failure(FailureKind.BROKEN, "nothing was sent"))
    result.outcome = yield from _exchanged(account, exchange, fault, result)
    account.attempted(delivery, _recorded(exchange, url, result))
    if fault is not None:
        fault.judge(account, delivery, result.outcome, tamper)
    return result


def _exchanged(
    account: AccountRuntime, exchange: Exchange, fault: DeliveryFault | None, result: _Result
) -> Generator[Exchange | Alarm, Reply, Outcome]:
    """Post, unless the network fails before that, and answer what the network makes of the answer."""
    delivery, timeout = exchange.delivery, exchange.timeout
    result.ordered = fault is not None and fault.explains_failure
    instead = fault.instead(exchange.url, timeout) if fault is not None else None
    if instead is None or (fault is not None and fault.reaches_backend):
        begun = real_perf_counter()
        measured = _measured((yield exchange), begun)
        outcome, result.wall_ms, result.sent_to = measured.outcome, measured.wall_ms, measured.sent_to
        account.faults.remember(exchange.headers)
        if isinstance(outcome, Failure) and outcome.kind is FailureKind.TIMEOUT:
            elapse(account, timeout)
        instead = instead or outcome
    if fault is None:
        return instead
    if fault.kind is FaultKind.DUPLICATE:
        result.copies = [exchange] * fault.copies
    elif fault.kind is FaultKind.DROP:
        yield from _wait(account, delivery, timeout)
    elif fault.kind is FaultKind.SLOW_ANSWER and fault.milliseconds < timeout:
        result.ordered = False
        yield from _wait(account, delivery, fault.milliseconds)
    elif fault.kind is FaultKind.SLOW_ANSWER:
        result.late.append((account.clock.now() + fault.milliseconds, instead))
        yield from _wait(account, delivery, timeout)
        return Failure(FailureKind.TIMEOUT, f"{exchange.url} did not answer within {timeout / 1000:g} s")
    return instead


def _hold_back(account: AccountRuntime, delivery: Delivery, fault: DeliveryFault) -> Delivering:
    overtaken = fault.kind is FaultKind.REORDER
    if overtaken:
        account.step_aside(delivery)
    account.open.held_back.add(delivery.id)
    try:
        yield from _wait(account, delivery, fault.milliseconds, overtaken=overtaken)
    finally:
        account.open.held_back.discard(delivery.id)


def _wait(account: AccountRuntime, delivery: Delivery, milliseconds: Millis, *, overtaken: bool = False) -> Delivering:
    """Let the account's time pass."""
    alarm = account.wait_for_time(delivery, milliseconds, overtaken=overtaken)
    if not alarm.rung:
        yield alarm


def _signed(account: AccountRuntime, delivery: Delivery, request: Request, tamper: Tamper | None) -> Headers:
    signed = replace(delivery, body=request.signed) if request.signed is not delivery.body else delivery
    headers = account.sign(signed, request.signed_url, tamper)
    return (*headers, ("user-agent", USER_AGENT))


def _recorded(exchange: Exchange, url: str, result: _Result) -> Attempt:
    outcome, wall_ms, sent_to = result.outcome, result.wall_ms, result.sent_to
    sent = None if exchange.body == exchange.delivery.body else exchange.body
    if isinstance(outcome, Failure):
        return Attempt(url, exchange.headers, error=outcome.sentence, wall_ms=wall_ms, sent_to=sent_to, sent=sent)
    return Attempt(url, exchange.headers, outcome.status, outcome.headers, outcome.body, "", wall_ms, sent_to, sent)


def _measured(reply: Reply, begun: float) -> Measured:
    assert reply is not None, "an exchange is answered with its outcome"
    if isinstance(reply, Measured):
        return reply
    return Measured(reply, (real_perf_counter() - begun) * 1000)


def _word(outcome: Outcome) -> str:
    return f"status {outcome.status}" if isinstance(outcome, Answer) else outcome.sentence
