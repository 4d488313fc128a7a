"""A backend for the in-process client: it answers callbacks at once, while the clock goes from deadline to deadline."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from api_client import Api
from sinch_voice_emulator.engine.inputs import CallArrived, KeysPressed, LegHungUp
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.party import Party, number, sip, username
from sinch_voice_emulator.runtime.ports import Answer
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_NUMBERS

Event: TypeAlias = dict[str, Any]
Says: TypeAlias = object | Callable[[Event], object]

CALLERS: dict[Origin, Party] = {
    Origin.PSTN: number("+46701740605"),
    Origin.SIP: sip("bob@pbx.example.test"),
    Origin.APP: username("alice"),
}


def hang_up() -> Event:
    """SVAML that ends the call."""
    return {"action": {"name": "hangup"}}


def connect(action: str, **members: object) -> Event:
    """SVAML with nothing but an action."""
    return {"action": {"name": action, **members}}


class Backend:
    """Answers every callback of ``application``. ``answers`` is by event; an event without one gets an empty object."""

    def __init__(self, api: Api, application: str = DEFAULT_KEY, **answers: Says) -> None:
        self.api = api
        self.application = application
        self.answers: Mapping[str, Says] = answers
        self.received: list[Event] = []
        self.account = api.emulator.account()
        self.account.account.applications[application].callback = api.target()

    def arrive(self, origin: Origin = Origin.PSTN, to: Party | None = None, **more: Any) -> str:
        """Let somebody call, by default a rented number; the id of the call, its first callback answered."""
        caller: Party = more.pop("caller", CALLERS[origin])
        cli = more.pop("cli", caller.endpoint)
        arrived = CallArrived(origin, caller, to or number(DEFAULT_NUMBERS[1]), cli, application=self.application, **more)
        call_id = self.account.submit(arrived)
        self.settle()
        assert call_id
        return call_id

    def press(self, call_id: str, keys: str, leg: int = 0) -> None:
        """Press keys on a phone."""
        self.account.submit(KeysPressed(call_id, keys, leg))
        self.settle()

    def hang_up(self, call_id: str, leg: int = 0) -> None:
        """Hang up a phone."""
        self.account.submit(LegHungUp(call_id, leg))
        self.settle()

    def settle(self) -> None:
        """Answer what is to be answered now."""
        while ready := self.account.take_ready():
            for delivery in ready:
                event = json.loads(delivery.body)
                self.received.append(event)
                says = self.answers.get(event["event"], {})
                answer = says(event) if callable(says) else says
                self.account.conclude(delivery.id, Answer(200, (), json.dumps(answer).encode()))

    def run(self, seconds: float) -> None:
        """Let time pass, deadline by deadline, answering whatever comes."""
        clock = self.api.clock
        end = clock.now() + round(seconds * 1000)
        self.settle()
        while (deadline := self.account.next_deadline()) is not None and deadline <= end:
            clock.set(max(deadline, clock.now()))
            self.account.fire_due()
            self.settle()
        clock.set(end)
        self.account.fire_due()
        self.settle()

    def names(self, call_id: str = "") -> list[str]:
        """The events so far, of one call or of all, in order."""
        return [event["event"] for event in self.received if call_id in ("", event["callid"])]
