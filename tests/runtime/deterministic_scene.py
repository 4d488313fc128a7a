"""Twenty calls whose handlers each make two requests of the Calling API; prints a digest of the canonical journal.

Run by ``test_determinism``, in many processes with different hash seeds.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from sinch_voice_emulator.model.call import CallState
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFault, FaultKind
from virtual_world import CONFERENCE, Event, World, hung_up, menu, pressed


def handler_for(world_of: list[World]) -> Any:
    """ICE: look the call up, place a callout, ask. PIE: look and look, into a room. Anything else: nothing."""

    def handler(event: Event) -> Event | None:
        world, path = world_of[0], f"/calling/v1/calls/id/{event['callid']}"
        if event["event"] == "ice" and "to" in event:
            world.ask("GET", path)
            world.callout()
            return menu()
        if event["event"] == "pie":
            world.ask("GET", path)
            world.ask("GET", "/v1/configuration/numbers")
            return CONFERENCE
        return None

    return handler


def canonical() -> list[dict[str, object]]:
    """The journal of the scene."""
    worlds: list[World] = []
    worlds.append(World(handler_for(worlds)))
    world = worlds[0]
    for kind in (FaultKind.DUPLICATE, FaultKind.REFUSED, FaultKind.SLOW_ANSWER):
        world.account.faults.add(DeliveryFault(kind, chance=0.1, count=None, milliseconds=700))
    calls = []
    for number in range(20):
        calls.append(world.incoming())
        world.advance(0.35)
        if number % 3 == 0 and world.call(calls[-1]).state is CallState.MENU:
            world.does(pressed(calls[-1], str(number % 10)))
    world.advance(30)
    for call in calls:
        if world.call(call).live:
            world.does(hung_up(call))
    world.advance(600)
    assert len(world.journal("api.request")) >= 40
    return world.account.journal.canonical()


def digest() -> str:
    """Of the journal as JSON."""
    return hashlib.blake2b(json.dumps(canonical()).encode()).hexdigest()


if __name__ == "__main__":
    sys.path.insert(0, "tests")
    for _ in range(int(sys.argv[1])):
        print(digest())
