"""Things a test makes happen: calls that arrive, callouts to look out for, callbacks that are made up, faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.engine.inputs import CallArrived
from sinch_voice_emulator.errors import BadRequest, Conflict
from sinch_voice_emulator.model.account import REGIONS, Account, Application
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.delivery import Delivery, EventKind
from sinch_voice_emulator.model.party import Party, PartyKind, username
from sinch_voice_emulator.model.phone import PhoneBehaviour
from sinch_voice_emulator.runtime import made_up as made_up_callbacks
from sinch_voice_emulator.runtime import paths
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.journal import Entry
from sinch_voice_emulator.testkit.addresses import WITHHELD, listed, party_of, same_number
from sinch_voice_emulator.testkit.expectations import diff_lines
from sinch_voice_emulator.testkit.matching import Difference, dotted
from sinch_voice_emulator.testkit.watch import Watch
from sinch_voice_emulator.testkit.words import Behaviour, CallDetails, check_names, one_of
from sinch_voice_emulator.v1 import callbacks
from sinch_voice_emulator.v1.phones_json import behaviour_from_json

METHODS = {"tts": "speech", "conference": "conference", "custom": "custom"}
"""Kinds of callout as the REST API names them (``ttsCallout``), and as the journal does."""
NO_CALL = (
    "It has placed no call. Does it use sinch_voice.url, sinch_voice.key and sinch_voice.secret? If it does so later, in a "
    "task, a thread or a queue of its own, have the test wait for that: with sinch_voice.hold(): ..."
)
_ORIGINS = {PartyKind.NUMBER: Origin.PSTN, PartyKind.SIP: Origin.SIP, PartyKind.USERNAME: Origin.APP}


def from_phone(account: Account, from_: str, to: str, **more: Any) -> CallArrived:
    """A telephone calls a number of the account; ``from_`` may withhold its number (``private``)."""
    _check(more)
    withheld = str(from_).strip().lower() in WITHHELD
    caller = Party(PartyKind.NUMBER, "private") if withheld else party_of(from_)
    if caller.kind is not PartyKind.NUMBER:
        raise BadRequest(f"a telephone calls from a number, and {from_!r} is none; see sip_call and app_call")
    called = party_of(to)
    if called.kind is not PartyKind.NUMBER or not account.owns(called.endpoint):
        owned = listed(number for number, _ in account.numbers)
        raise BadRequest(f"a telephone calls a number of the account, and {to!r} is none; it owns: {owned}")
    cli = "" if caller.endpoint == "private" else caller.endpoint
    return arrived(Origin.PSTN, caller, Party(PartyKind.DID, called.endpoint), cli, **more)


def from_sip(account: Account, from_: str, to: str, **more: Any) -> CallArrived:
    """A SIP peer calls a number or a SIP address."""
    caller, called = party_of(from_), party_of(to)
    if caller.kind is not PartyKind.SIP:
        raise BadRequest(f"a SIP peer calls from an address such as pbx@example.test, and {from_!r} is none")
    cli = more.pop("cli", None)
    _check(more)
    return arrived(Origin.SIP, caller, called, caller.endpoint if cli is None else cli, **_owned(account, more))


def from_app(account: Account, user: str, to: str, **more: Any) -> CallArrived:
    """An app user calls a number, another user, a SIP address or a conference."""
    cli = more.pop("cli", "")
    _check(more)
    caller = username(user.removeprefix("user:"))
    return arrived(Origin.APP, caller, party_of(to), cli, **_owned(account, more))


def _check(more: Mapping[str, Any]) -> None:
    check_names(more, ("from_", "to", *CallDetails.__annotations__), "a call that arrives has no detail")


def from_party(account: Account, caller: Party, to: str, *, region: str) -> CallArrived:
    """A phone that a test holds in its hand calls."""
    by_origin: dict[Origin, Callable[..., CallArrived]] = {Origin.PSTN: from_phone, Origin.SIP: from_sip, Origin.APP: from_app}
    return by_origin[_ORIGINS[caller.kind]](account, caller.endpoint, to, region=region)


def arrived(
    origin: Origin,
    caller: Party,
    to: Party,
    cli: str,
    *,
    region: str = "",
    rdnis: str = "",
    headers: Mapping[str, str] | None = None,
    custom: str = "",
    application: str = "",
    **behaviour: Any,
) -> CallArrived:
    """The input of a call that arrives. What is left over is how the caller behaves."""
    check_names(behaviour, Behaviour.__annotations__, "the caller has no member")
    if region:
        one_of(region, REGIONS, "the regions are")
    does: PhoneBehaviour | None = behaviour_from_json(behaviour, "the caller") if behaviour else None
    pairs = tuple((headers or {}).items())
    return CallArrived(origin, caller, to, cli, application, region, rdnis, pairs, custom, does)


def _owned(account: Account, more: dict[str, Any]) -> dict[str, Any]:
    """With the application that is meant: as said, or the account's first."""
    if not more.get("application"):
        more["application"] = next((one.key for one in account.applications.values()), "")
    return more


def put_phone(account: Account, party: Party, behaviour: PhoneBehaviour) -> None:
    """Have a phone behave; a user is registered by that."""
    account.phones[party] = behaviour
    if party.kind is PartyKind.USERNAME:
        account.users.add(party.endpoint)


class CalloutPlaced:
    """A call that the backend under test placed over the REST API."""

    def __init__(self, watch: Watch, position: int, to: str | None, method: str | None, cli: str | None) -> None:
        if method is not None and method.removesuffix("Callout") not in METHODS:
            raise BadRequest(f"the methods of a callout are {listed(METHODS)}, and {method!r} is none of them")
        self.position = position
        self._watch = watch
        self._kind = METHODS[method.removesuffix("Callout")] if method is not None else None
        self._to = to
        self._cli = cli
        parts = [f"to {to}" if to else "", f"by {method}" if method else "", f"with CLI {cli}" if cli is not None else ""]
        self.sentence = " ".join(["the backend was to place a call", *filter(None, parts)])

    def look(self) -> str | None:
        created = self._watch.created()
        for index in range(self.position, len(created)):
            if created[index].data["origin"] == "server" and not self._differences(created[index]):
                self.position = index + 1
                return created[index].call_id
        return None

    def hopeless(self) -> str:
        return ""

    def near(self) -> str:
        placed = [entry for entry in self._watch.created() if entry.data["origin"] == "server"]
        if not placed:
            return NO_CALL
        closest = min(placed, key=lambda entry: len(self._differences(entry)))
        apart = self._differences(closest)
        if not apart:
            return f"Call {closest.call_id} was that, and an earlier expect_call has matched it."
        return "\n".join(["Closest:", f"  call {closest.call_id}", *diff_lines(apart)])

    def _differences(self, entry: Entry) -> list[Difference]:
        to, cli = entry.data.get("to"), str(entry.data.get("cli"))
        endpoint = str(to["endpoint"]) if isinstance(to, Mapping) else ""
        found = []
        if self._to is not None and not same_number(endpoint, party_of(self._to).endpoint):
            found.append(Difference("to", self._to, endpoint))
        if self._kind is not None and entry.data["callout"] != self._kind:
            found.append(Difference("method", self._kind, entry.data["callout"]))
        if self._cli is not None and not same_number(cli, self._cli or "private"):
            found.append(Difference("cli", self._cli or "private", cli))
        return found


def made_up(
    emulator: Emulator,
    runtime: AccountRuntime,
    application: Application,
    event: str,
    call: str,
    fields: Mapping[str, object],
) -> Delivery:
    """Queue a callback that no call caused."""
    if event not in tuple(EventKind):
        raise BadRequest(f"the events are {listed(EventKind)}, and {event!r} is none of them")
    if application.callback is None:
        raise Conflict("nobody gets the callback: say deliver_to(app) first")
    kind = EventKind(event)
    known = runtime.read(lambda engine, _now: engine.call(call)) if call else None
    document = made_up_callbacks.document_of(runtime, kind, application, known, emulator.public_url)
    for path, value in fields.items():
        paths.set_at(document, dotted(path), value)
    about = str(document.get("callid", ""))
    target = application.callback
    delivery = runtime.send_extra(kind, callbacks.encode(document), target, call_id=about, application=application.key)
    made_up_callbacks.note_fired(runtime, delivery)
    return delivery
