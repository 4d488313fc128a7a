"""How calls come into being: somebody rings the platform, or the platform is asked to ring somebody."""

from __future__ import annotations

from dataclasses import replace

from sinch_voice_emulator.engine import pricing
from sinch_voice_emulator.engine.effects import IncomingCall
from sinch_voice_emulator.engine.inputs import CallArrived, CalloutRequested
from sinch_voice_emulator.engine.moves import Ask, Loop, StartDialling
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.errors import BadRequest, DestinationForbidden, NoCredit, NotFound
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.call import Call, Leg, LegRole, Origin
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.phone import DEFAULT_PHONE, PhoneBehaviour
from sinch_voice_emulator.model.script import Dial


def arrive(turn: Turn, arrived: CallArrived) -> Call:
    """A call reached the platform; the backend is asked where it goes."""
    application = _application_of(turn, arrived)
    call = _new_call(turn, arrived, application)
    behaviour = arrived.behaviour or turn.account.phones.get(arrived.caller) or DEFAULT_PHONE
    call.legs.append(Leg(1, LegRole.CALLER, arrived.caller, "", behaviour, turn.now))
    call.near = 1
    pricing.dial(turn, call, arrived.to)
    _created(turn, call)
    if behaviour.gives_up_after is not None:
        turn.after(call, TimerKind.GIVES_UP, behaviour.gives_up_after)
    turn.then(Ask(call, IncomingCall()))
    return call


def _application_of(turn: Turn, arrived: CallArrived) -> Application:
    if arrived.application:
        application = turn.account.application(arrived.application)
        if application is None:
            raise NotFound(f"there is no application {arrived.application!r} in account {turn.account.name!r}")
        return application
    owner = turn.account.owner_of(arrived.to.endpoint)
    if owner is None:
        owned = ", ".join(sorted(number for number, _ in turn.account.numbers)) or "none"
        raise BadRequest(
            f"{arrived.to.endpoint} is not a number that is assigned to an application of account "
            f"{turn.account.name!r} (it owns: {owned}); assign it first, or name the application"
        )
    return owner


def _new_call(turn: Turn, arrived: CallArrived, application: Application) -> Call:
    call = Call(
        id=turn.state.ids.next("call"),
        application=application.key,
        region=arrived.region or turn.account.region,
        origin=arrived.origin,
        created=turn.now,
        cli=arrived.cli,
        caller=arrived.caller,
        dialled=arrived.to,
        user=arrived.caller.endpoint if arrived.caller.kind is PartyKind.USERNAME else "",
        rdnis=arrived.rdnis,
        headers=arrived.headers,
        custom=arrived.custom,
    )
    turn.state.calls[call.id] = call
    return call


def _created(turn: Turn, call: Call) -> None:
    def spelt(party: Party | None) -> dict[str, str] | None:
        return None if party is None else {"type": party.kind.value, "endpoint": party.endpoint}

    turn.note(
        "call.created",
        call,
        origin=call.origin.value,
        callout=call.callout.value if call.callout else None,
        caller=spelt(call.caller),
        to=spelt(call.dialled),
        cli=call.cli or "private",
        application=call.application,
        region=call.region,
    )


def call_out(turn: Turn, request: CalloutRequested) -> Call:
    """The platform is asked to place a call. Refused before anything exists where the account may not or cannot pay."""
    account = turn.account
    if request.to is not None:
        _check_affordable(turn, request.to)
    call = Call(
        id=turn.state.ids.next("call"),
        application=request.application,
        region=request.region or account.region,
        origin=Origin.SERVER,
        created=turn.now,
        cli=request.cli,
        dialled=request.to,
        callout=request.kind,
        custom=request.custom,
        forwarded_headers=request.forwarded_headers,
        wants=request.wants,
        targets=request.targets,
        inline=request.inline,
        on_proceed=request.on_proceed,
        max_duration=request.max_duration,
    )
    turn.state.calls[call.id] = call
    _created(turn, call)
    if request.ask_first:
        if request.to is not None:
            pricing.dial(turn, call, request.to)
        turn.then(Ask(call, IncomingCall()))
    else:
        turn.then(StartDialling(call, Dial(request.to, tones=request.tones)))
    return call


def _check_affordable(turn: Turn, to: Party) -> None:
    account = turn.account
    if account.is_blocked(to):
        raise DestinationForbidden(f"account {account.name!r} may not call {to.endpoint}: it begins with a blocked prefix")
    if not pricing.can_call(account, to):
        price, currency = pricing.price_of(account, to), account.rates.currency
        raise NoCredit(f"a minute to {to.endpoint} costs {price} {currency} and the account has {account.credit} left")


def loop(turn: Turn, move: Loop) -> None:
    """A call dialled a number of this account: that number's application gets a call of its own."""
    caller = Party(PartyKind.NUMBER, move.cli) if move.cli else Party(PartyKind.NUMBER, "private")
    to = replace(move.number, kind=PartyKind.DID)
    stays = PhoneBehaviour()
    second = arrive(turn, CallArrived(Origin.PSTN, caller, to, move.cli, region=move.call.region, behaviour=stays))
    second.dialled_by = move.call.id
    move.call.dialled_call = second.id
