"""A method object may hold members of another method, or odd values in its own: taken, ignored or refused, never a failure."""

from __future__ import annotations

import json

import pytest

from conformance.raw_client import RawClient
from conformance.scene import Scene
from conformance.test_any_bytes import LEAVES, RIGHT, is_in_shape
from sinch_voice_emulator.v1 import jsontext, spec

PLACE = b"/calling/v1/callouts"
METHODS = {"ttsCallout": "TtsCallout", "conferenceCallout": "ConferenceCallout", "customCallout": "CustomCallout"}
OWN = {method: spec.voice().schema(component)["properties"] for method, component in METHODS.items()}
ALL = sorted({name for members in OWN.values() for name in members})
RIGHT_MEMBERS = {"destination": {"type": "number", "endpoint": "+46701234567"}, "conferenceId": "ops"}
NUMBERS = ["1e400", "-1e400", "1e999", "-5", "1.5", "14401", "1e15", '"10m"', '"1e400"', '" 7 "', '{"a":1}', "[1]"]
VALUES = [*NUMBERS, *(json.dumps(leaf) for leaf in LEAVES if isinstance(leaf, str | list | dict | bool))]


def callout(method: str, member: str, value: str) -> bytes:
    """A callout that is right but for one member, whose JSON text is ``value``."""
    members = {name: json.dumps(right) for name, right in RIGHT_MEMBERS.items() if name != member} | {member: value}
    listed = ",".join(f'"{name}":{text}' for name, text in members.items())
    return f'{{"method":"{method}","{method}":{{{listed}}}}}'.encode()


def is_json(text: str) -> bool:
    """Whether the body is refused as a whole with this in it."""
    try:
        jsontext.parse(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("method", METHODS)
def test_any_member_in_any_method(method: str) -> None:
    scene = Scene()
    client = RawClient(scene.api.emulator)
    for member in ALL:
        for value in VALUES:
            answer = client.ask("POST", PLACE, RIGHT, callout(method, member, value))
            is_in_shape("POST", PLACE, answer)
            if member not in OWN[method]:
                assert answer.status == (200 if is_json(value) else 400), (member, value, answer)
    client.close()


def test_members_of_another_method_were_tried() -> None:
    assert all(set(ALL) - set(own) for own in OWN.values())
    assert not is_json("NaN")
