"""Callbacks on their way and afterwards: what was sent, what was answered; send one again."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import error_response
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.delivery import Attempt, Delivery, DeliveryState
from sinch_voice_emulator.runtime import deferred
from sinch_voice_emulator.runtime.resending import send_again
from sinch_voice_emulator.v1.values import iso_millis

if TYPE_CHECKING:
    from sinch_voice_emulator.runtime.account import AccountRuntime

CONCLUDED = (DeliveryState.ANSWERED, DeliveryState.FAILED, DeliveryState.DROPPED)
SLACK = 2.0
"""Seconds to wait for a delivery's end beyond what its own timeouts allow."""


def summary(delivery: Delivery) -> dict[str, object]:
    """A delivery in a list."""
    last = delivery.attempts[-1] if delivery.attempts else None
    return {
        "id": delivery.id,
        "callId": delivery.call_id,
        "application": delivery.application,
        "event": delivery.event.value,
        "state": delivery.state.value,
        "created": iso_millis(delivery.created),
        "url": delivery.target.primary,
        "fallback": delivery.target.fallback,
        "attempts": len(delivery.attempts),
        "status": last.status if last is not None else None,
        "error": last.error if last is not None else "",
        "outcome": delivery.notice,
    }


def detail(delivery: Delivery) -> dict[str, object]:
    """A delivery with its bytes and every attempt."""
    return summary(delivery) | {
        "body": content(delivery.body),
        "timeoutMs": delivery.policy.timeout,
        "attempts": [attempt_json(attempt) for attempt in delivery.attempts],
    }


def attempt_json(attempt: Attempt) -> dict[str, object]:
    """One try: what was asked, what came back, how long it took on the wall clock."""
    return {
        "url": attempt.url,
        "sentTo": attempt.sent_to,
        "requestHeaders": headers(attempt.request_headers),
        "status": attempt.status,
        "responseHeaders": headers(attempt.response_headers),
        "answer": content(attempt.response_body) if not attempt.error else None,
        "error": attempt.error,
        "latencyMs": round(attempt.wall_ms, 3),
    }


def headers(found: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    """Headers in the order they were sent."""
    return [{"name": name, "value": value} for name, value in found]


def content(raw: bytes) -> dict[str, object]:
    """Bytes as text, for people, and in Base64, exactly."""
    return {"text": raw.decode(errors="replace"), "base64": base64.b64encode(raw).decode(), "length": len(raw)}


# --- handlers --------------------------------------------------------------------------------------------------------------


def list_deliveries(control: ControlRequest) -> Response:
    """Deliveries, newest first."""
    query, runtime = control.query, control.runtime
    call, event, state = query.get("call"), query.get("event"), query.get("state")

    def fits(delivery: Delivery) -> bool:
        return (
            call in (None, delivery.call_id) and event in (None, delivery.event.value) and state in (None, delivery.state.value)
        )

    def view() -> list[dict[str, object]]:
        found = (delivery for delivery in reversed(list(runtime.deliveries.values())) if fits(delivery))
        return [summary(delivery) for delivery in islice(found, query["limit"])]

    return json_response({"deliveries": runtime.read(lambda _engine, _now: view())})


def get_delivery(control: ControlRequest, delivery: str) -> Response:
    """One delivery, whole."""
    runtime = control.runtime
    return json_response(runtime.read(lambda _engine, _now: detail(find(runtime.deliveries, delivery))))


def redeliver(control: ControlRequest, delivery: str) -> Response:
    """Send the same bytes once more, newly signed; answers when that is concluded. The answer is not acted on."""
    runtime = control.runtime
    again = send_again(runtime, delivery)
    return when_concluded(control, runtime, again)


def find(found: Mapping[str, Delivery], delivery: str) -> Delivery:
    """A delivery by id; raises ``NotFound``."""
    if (one := found.get(delivery)) is None:
        raise NotFound(f"there is no delivery {delivery!r} (any more)")
    return one


def when_concluded(control: ControlRequest, runtime: AccountRuntime, delivery: Delivery) -> Response:
    """Answer with the delivery once it is over, or as it is when its time is up or ``wait`` is."""
    tries = 1 + delivery.policy.redeliveries + (1 if delivery.target.fallback and delivery.policy.try_fallback else 0)
    timeout = control.query.get("wait")
    if timeout is None:
        timeout = tries * delivery.policy.timeout / 1000 + SLACK
    poll = DeliveryPoll(runtime, delivery, timeout)
    return deferred.defer(control.environ, poll) if timeout else poll.expired()


class DeliveryPoll:
    """Waits for a delivery to be concluded."""

    def __init__(self, runtime: AccountRuntime, delivery: Delivery, timeout: float) -> None:
        self.timeout = timeout
        self._runtime = runtime
        self._delivery = delivery
        self._epoch = runtime.epoch

    def ready(self) -> Response | None:
        """The delivery, when it is over; an error when the account was reset or deleted meanwhile."""
        if self._runtime.closed or self._runtime.epoch != self._epoch:
            return error_response(NotFound(f"account {self._runtime.name} was reset or deleted before the delivery was over"))
        return self.expired() if self._delivery.state in CONCLUDED else None

    def expired(self) -> Response:
        """The delivery as it is."""
        return json_response(detail(self._delivery), 200 if self._delivery.state in CONCLUDED else 202)

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """After every step of the account it may be over."""
        return self._runtime.wake.subscribe(wake)


HANDLERS: dict[str, Handler] = {
    "listDeliveries": list_deliveries,
    "getDelivery": get_delivery,
    "redeliver": redeliver,
}
