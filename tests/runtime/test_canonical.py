"""What two runs of one test have in common: ports that the system chose are not part of it."""

from __future__ import annotations

from typing import Any

from sinch_voice_emulator.runtime.canonical import canonical
from sinch_voice_emulator.runtime.journal import Journal

OWN = "http://127.0.0.1:4321"


def data(*said: dict[str, Any], own: str = OWN) -> list[Any]:
    """What becomes of the data of entries."""
    journal = Journal()
    for one in said:
        journal.append(0, "remark", one)
    return [entry["data"] for entry in canonical(journal.read().entries, own)]


def test_the_emulator_and_its_backends_have_names_in_place_of_addresses() -> None:
    assert data(
        {"callback": "http://127.0.0.1:5005/voice", "fallback": "http://localhost:6006/voice?a=1"},
        {
            "error": "http://127.0.0.1:5005/voice refused the connection",
            "lines": ["https://[::1]:7007", {"deep": "http://localhost:6006"}],
        },
        {"body": f'{{"callResourceUrl":"{OWN}/calling/v1/calls/id/1"}}'},
    ) == [
        {"callback": "http://backend/voice", "fallback": "http://backend-2/voice?a=1"},
        {"error": "http://backend/voice refused the connection", "lines": ["https://backend", {"deep": "http://backend-2"}]},
        {"body": '{"callResourceUrl":"http://emulator/calling/v1/calls/id/1"}'},
    ]


def test_addresses_that_nobody_chose_stay() -> None:
    said = {
        "a": "http://testserver/",
        "b": "http://backend.test:8000/voice",
        "c": "http://127.0.0.1/voice",
        "d": "127.0.0.1:5005",
    }
    assert data(said) == [said]


def test_a_longer_port_is_another_address() -> None:
    assert data({"url": f"{OWN}0/voice"}) == [{"url": "http://backend/voice"}]
    assert data({"url": "http://emulator.test/x"}, own="http://emulator.test") == [{"url": "http://emulator/x"}]


def test_what_is_no_text_and_what_is_no_ascii_comes_through() -> None:
    said = {"text": 'Tjänare "du" \\ http://127.0.0.1:1/å', "number": 5, "none": None, "list": [1.5, True]}
    assert data(said) == [said | {"text": 'Tjänare "du" \\ http://backend/å'}]
