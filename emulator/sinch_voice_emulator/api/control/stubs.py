"""Canned answers of an account: list, add, replace, remove, switch on and off, restore."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from sinch_voice_emulator.api.control.answers import json_response, no_content
from sinch_voice_emulator.api.control.context import ControlRequest, Handler
from sinch_voice_emulator.api.control.errors import ControlRefusal
from sinch_voice_emulator.stubs.book import Entry, StubBook
from sinch_voice_emulator.stubs.reading import StubError, stub_from_json
from sinch_voice_emulator.stubs.values import Stub


def list_stubs(control: ControlRequest) -> Response:
    """All of them, in the order they are tried."""
    return _shown(_book(control))


def add_stub(control: ControlRequest) -> Response:
    """One more, tried before all others."""
    entry = _book(control).add(_stub(control.body))
    return json_response(_noted(control, "added", entry), 201)


def put_stubs(control: ControlRequest) -> Response:
    """These and no others."""
    stubs = [_stub(one, f"$.stubs[{place}]") for place, one in enumerate(control.body["stubs"])]
    _book(control).set_all(stubs)
    control.runtime.note("control.stub", {"set": len(stubs)})
    return _shown(_book(control))


def switch_stubs(control: ControlRequest) -> Response:
    """None of them answers, or those that are on."""
    book = _book(control)
    book.enabled = control.body["enabled"]
    control.runtime.note("control.stub", {"enabled": book.enabled})
    return _shown(book)


def clear_stubs(control: ControlRequest) -> Response:
    """Remove all; says how many there were."""
    book = _book(control)
    count = len(book)
    book.set_all(())
    control.runtime.note("control.stub", {"cleared": count})
    return json_response({"cleared": count})


def restore_stubs(control: ControlRequest) -> Response:
    """Those of the files again, as they were at the start."""
    book = _book(control)
    book.restore()
    control.runtime.note("control.stub", {"restored": len(book)})
    return _shown(book)


def get_stub(control: ControlRequest, stub: str) -> Response:
    """One of them."""
    return json_response(entry_json(_book(control).get(stub)))


def put_stub(control: ControlRequest, stub: str) -> Response:
    """Another one in its place."""
    return json_response(_noted(control, "replaced", _book(control).replace(stub, _stub(control.body))))


def switch_stub(control: ControlRequest, stub: str) -> Response:
    """One of them on or off."""
    return json_response(_noted(control, "switched", _book(control).switch(stub, control.body["enabled"])))


def remove_stub(control: ControlRequest, stub: str) -> Response:
    """Remove one."""
    _book(control).remove(stub)
    control.runtime.note("control.stub", {"removed": stub})
    return no_content()


def entry_json(entry: Entry) -> dict[str, object]:
    """A stub as it was written, with what became of it."""
    return {
        "id": entry.id,
        "source": entry.stub.source or None,
        "enabled": entry.enabled,
        "answered": entry.answered,
        "left": entry.left,
        "stub": entry.stub.document,
    }


def _book(control: ControlRequest) -> StubBook:
    return control.emulator.stubs(control.account_name)


def _stub(document: dict[str, Any], path: str = "$") -> Stub:
    try:
        return stub_from_json(document, path)
    except StubError as error:
        raise ControlRefusal(str(error), path=error.path, nearest=error.nearest) from None


def _shown(book: StubBook) -> Response:
    return json_response({"enabled": book.enabled, "stubs": [entry_json(entry) for entry in book.all()]})


def _noted(control: ControlRequest, what: str, entry: Entry) -> dict[str, object]:
    shown = {"id": entry.id, "name": entry.stub.name} if entry.stub.name else {"id": entry.id}
    control.runtime.note("control.stub", {what: shown, "enabled": entry.enabled})
    return entry_json(entry)


HANDLERS: dict[str, Handler] = {
    "listStubs": list_stubs,
    "addStub": add_stub,
    "putStubs": put_stubs,
    "switchStubs": switch_stubs,
    "clearStubs": clear_stubs,
    "restoreStubs": restore_stubs,
    "getStub": get_stub,
    "putStub": put_stub,
    "switchStub": switch_stub,
    "removeStub": remove_stub,
}
