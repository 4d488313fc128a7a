"""Dialling a party, and what its phone does: rings, answers, refuses, is examined for an answering machine."""

from __future__ import annotations

from dataclasses import replace

from sinch_voice_emulator.engine import phones, pricing, recordings
from sinch_voice_emulator.engine.asking import is_wanted, target_of
from sinch_voice_emulator.engine.effects import Basis, CallAnswered, Notice, NoticeType, Severity
from sinch_voice_emulator.engine.inputs import Refusal
from sinch_voice_emulator.engine.legs import guard_length, hang_up_leg, hear_tones, near_leg, pick_up, release_far
from sinch_voice_emulator.engine.moves import Act, Ask, Connect, End, FarAnswered, Loop, Run, StartDialling, TellAnswered
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.call import Call, CallState, DetectionResult, Leg, LegRole, LegState, Origin, Reason, Result
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.party import Party, PartyKind
from sinch_voice_emulator.model.phone import OnRing, PhoneBehaviour, Verdict
from sinch_voice_emulator.model.script import Dial, Join

_REFUSALS = {
    OnRing.BUSY: Refusal.BUSY,
    OnRing.DECLINES: Refusal.DECLINED,
    OnRing.UNREACHABLE: Refusal.UNREACHABLE,
    OnRing.BLOCKED: Refusal.BLOCKED,
    OnRing.FAILS: Refusal.FAILED,
    OnRing.UNKNOWN: Refusal.UNKNOWN,
}
_OUTCOMES = {
    Refusal.BUSY: (Result.BUSY, Reason.NOT_AVAILABLE),
    Refusal.UNREACHABLE: (Result.FAILED, Reason.CONGESTION),
    Refusal.BLOCKED: (Result.FAILED, Reason.BLOCKED),
    Refusal.FAILED: (Result.FAILED, Reason.GENERALERROR),
    Refusal.UNKNOWN: (Result.FAILED, Reason.USERNOTFOUND),
}
MAX_JOINED_CALLS = 10
"""How many calls may dial one another in a row when numbers of the account come back as calls of their own."""
_EXAMINED = (PartyKind.NUMBER, PartyKind.SIP)
"""Who may be an answering machine."""
_WAITS_FOREVER = (OnRing.MANUAL, OnRing.NEVER_ANSWERS)


def start(turn: Turn, move: StartDialling) -> None:
    """Begin to dial; the call ends at once where that cannot be."""
    call, dial = move.call, move.dial
    party = dial.to or call.dialled
    if party is None or (dial.to is None and call.origin is Origin.PSTN):
        turn.remark(
            call,
            "there is nothing to dial: the action names no number, and the call was for none but this account's",
            Severity.PROBLEM,
        )
        return turn.then(End(call, Reason.GENERALERROR, Result.FAILED))
    if party.kind is PartyKind.CONFERENCE:
        return turn.then(Act(call, Join(party.endpoint), EventKind.INCOMING))
    if party.kind is PartyKind.DID:
        party = replace(party, kind=PartyKind.NUMBER)
    cli = _presented_cli(turn, call, dial)
    _prepare(turn, call, dial, party, cli)
    if (failure := _obstacle(turn, call, party, cli)) is not None:
        return turn.then(End(call, failure, Result.FAILED))
    return _ring(turn, call, dial, party, cli)


def _prepare(turn: Turn, call: Call, dial: Dial, party: Party, cli: str) -> None:
    release_far(turn, call)
    turn.cancel(call, TimerKind.VERDICT, TimerKind.BEEP)
    call.dial = dial if party.kind in _EXAMINED else replace(dial, detection=None)
    call.answers_told = 0
    call.detected = None
    call.suppressed = call.suppressed or dial.suppress_callbacks
    if dial.headers and party.kind is PartyKind.USERNAME:
        call.headers = dial.headers
    pricing.dial(turn, call, party)
    to = {"type": party.kind.value, "endpoint": party.endpoint}
    headers = dict(_invitation_headers(call, dial, party))
    turn.note("leg.dialled", call, len(call.legs) + 1, to=to, cli=cli or "private", headers=headers)
    turn.enter(call, CallState.DIALLING)


def _invitation_headers(call: Call, dial: Dial, party: Party) -> tuple[tuple[str, str], ...]:
    """What the party's phone is told besides the CLI: the script's headers, and for SIP each cookie named ``X-...``."""
    if party.kind is not PartyKind.SIP:
        return dial.headers
    return dial.headers + tuple((key, value) for key, value in call.cookies.items() if key.upper().startswith("X-"))


def _presented_cli(turn: Turn, call: Call, dial: Dial) -> str:
    """What the dialled party sees. A CLI of the script's own must be a number of the account (switch ``unowned_cli``)."""
    if dial.cli is None:
        return call.cli
    if not dial.cli or dial.cli == call.cli or not turn.account.numbers or turn.account.owns(dial.cli):
        return dial.cli
    withheld = turn.account.profile.unowned_cli == "private"
    consequence = "so the callee sees private" if withheld else "which the platform would replace"
    turn.remark(call, f"cli {dial.cli} is not a number of this account, {consequence}", basis=Basis.DOCUMENTED)
    return "" if withheld else dial.cli


def _obstacle(turn: Turn, call: Call, party: Party, cli: str) -> Reason | None:
    """Why the network would not even try."""
    if turn.account.is_blocked(party):
        return Reason.BLOCKED
    if _loops(turn, party) and _joined_calls(turn, call) >= MAX_JOINED_CALLS:
        text = f"{MAX_JOINED_CALLS} calls of this account have dialled one another, which goes in circles"
        turn.remark(call, text, Severity.PROBLEM, Basis.ASSUMED)
        return Reason.CONGESTION
    if not pricing.can_call(turn.account, party):
        return Reason.NOCREDITPARTNER
    withheld = call.dial is not None and call.dial.cli == ""
    if call.origin is not Origin.SERVER or call.near or cli or withheld or party.kind is not PartyKind.NUMBER:
        return None
    if turn.account.profile.callout_without_cli == "rings":
        return None
    text = f"the callout names no cli, so the phone at {party.endpoint} never rings: give it a cli that the account owns"
    turn.remark(call, text, Severity.PROBLEM, Basis.OBSERVED)
    return Reason.GENERALERROR


def _loops(turn: Turn, party: Party) -> bool:
    """Whether dialling this number brings up a second call of the account (switch ``dialling_own_number``)."""
    loops = party.kind is PartyKind.NUMBER and turn.account.profile.dialling_own_number == "inbound-call"
    return loops and turn.account.owner_of(party.endpoint) is not None


def _joined_calls(turn: Turn, call: Call) -> int:
    """How many calls of the account led to this one, each dialling the next."""
    before = turn.state.calls.get(call.dialled_by)
    return 0 if before is None else 1 + _joined_calls(turn, before)


def _ring(turn: Turn, call: Call, dial: Dial, party: Party, cli: str) -> None:
    loops = _loops(turn, party)
    behaviour = PhoneBehaviour(on_ring=OnRing.MANUAL) if loops else phones.behaviour_of(turn.account, party)
    leg = Leg(len(call.legs) + 1, LegRole.CALLEE, party, cli, behaviour, turn.now)
    call.legs.append(leg)
    turn.note("leg.ringing", call, leg.number)
    turn.after(call, TimerKind.DIAL_TIMEOUT, dial.dial_timeout or turn.account.profile.default_ring)
    if behaviour.on_ring not in _WAITS_FOREVER:
        turn.after(call, TimerKind.RING, behaviour.rings_for, leg.number)
    if loops:
        turn.then(Loop(call, party, cli))


def _ringing(call: Call) -> Leg:
    leg = call.legs[-1]
    assert leg.state is LegState.RINGING, "a call that dials has a phone that rings"
    return leg


def ring_over(turn: Turn, call: Call) -> None:
    """The phone has rung as long as its behaviour says; now it acts."""
    leg = _ringing(call)
    if leg.behaviour.on_ring is OnRing.ANSWERS:
        turn.then(FarAnswered(call))
    elif leg.behaviour.on_ring is OnRing.RINGS_OUT:
        timed_out(turn, call)
    else:
        refused(turn, call, _REFUSALS[leg.behaviour.on_ring])


def answered(turn: Turn, move: FarAnswered) -> None:
    """The dialled party picked up: both meters run, and detection or the backend comes next."""
    call = move.call
    leg, dial = _ringing(call), call.dial
    assert dial is not None, "a phone rings because it was dialled"
    turn.cancel(call, TimerKind.DIAL_TIMEOUT, TimerKind.GIVES_UP)
    turn.cancel(call, TimerKind.RING, slot=leg.number)
    caller = near_leg(call)
    if caller is None:
        call.near = leg.number
    else:
        call.far = leg.number
        if caller.state is LegState.RINGING:
            pick_up(turn, call, caller)
    pick_up(turn, call, leg)
    pricing.connected(turn, call, leg.party)
    guard_length(turn, call, dial.max_duration)
    if dial.tones:
        turn.note("tones.sent", call, leg.number, tones=dial.tones)
        hear_tones(turn, call, leg, dial.tones)
    if dial.record is not None:
        recordings.start(turn, call, dial.record)
    _examine(turn, call, leg, dial)


def _examine(turn: Turn, call: Call, leg: Leg, dial: Dial) -> None:
    detection = dial.detection
    if detection is None:
        return turn.then(TellAnswered(call))
    answerer = leg.behaviour.answerer
    turn.after(call, TimerKind.VERDICT, answerer.verdict_after)
    if not detection.asynchronous:
        return turn.enter(call, CallState.DETECTING)
    if answerer.beep_after is not None:
        turn.after(call, TimerKind.BEEP, answerer.beep_after)
    return turn.then(TellAnswered(call))


def refused(turn: Turn, call: Call, how: Refusal) -> None:
    """The phone did not take the call; that ends it."""
    hang_up_leg(turn, call, _ringing(call), how.value)
    declined = (Result.BUSY, Reason(turn.account.profile.declined_reason))
    result, reason = declined if how is Refusal.DECLINED else _OUTCOMES[how]
    turn.then(End(call, reason, result))


def timed_out(turn: Turn, call: Call) -> None:
    """Nobody answered in time. An in-app callee counts as busy (documented), a phone as not answering."""
    leg = _ringing(call)
    hang_up_leg(turn, call, leg, "no answer")
    if leg.party.kind is PartyKind.USERNAME:
        return turn.then(End(call, Reason.NOT_AVAILABLE, Result.BUSY))
    return turn.then(End(call, Reason.TIMEOUT, Result.NOANSWER))


def examined_leg(call: Call) -> Leg | None:
    """The leg on which an answering machine is looked for, whether or not there is a verdict yet."""
    if call.dial is None or call.dial.detection is None or call.legs[-1].state is not LegState.UP:
        return None
    return call.legs[-1]


def verdict(turn: Turn, call: Call, leg: Leg, status: Verdict, reason: str) -> None:
    """Answering machine detection concluded. That the party hung up is a verdict, too, and ends the call."""
    turn.cancel(call, TimerKind.VERDICT)
    found = DetectionResult(status.value, reason, turn.now - (leg.answered or turn.now))
    call.detected = found
    turn.note("amd.result", call, leg.number, status=found.status, reason=found.reason, length_ms=found.length)
    waits = call.state is CallState.DETECTING
    if status is Verdict.HANG_UP:
        if waits:
            _tell_in_passing(turn, call, found)
        hang_up_leg(turn, call, leg, "hung up")
        turn.then(End(call, Reason.CALLEEHANGUP))
    elif waits:
        turn.then(TellAnswered(call, found))
    if not waits:
        _notify(turn, call, NoticeType.DETECTION, found)


def _tell_in_passing(turn: Turn, call: Call, found: DetectionResult) -> None:
    """The answered event of a party that is gone: whatever the backend answers comes too late."""
    target = target_of(turn, call, EventKind.ANSWERED)
    if target is not None and is_wanted(turn, call, EventKind.ANSWERED) and EventKind.ANSWERED not in call.inline:
        turn.send(call, CallAnswered(found), target)


def beep(turn: Turn, call: Call) -> None:
    """The answering machine beeped; the backend hears of it in asynchronous detection only."""
    turn.cancel(call, TimerKind.BEEP)
    leg = examined_leg(call)
    if leg is None or call.dial is None or call.dial.detection is None:
        return turn.remark(call, "nobody listens for a beep: the call was dialled without answering machine detection (amd)")
    turn.note("amd.beep", call, leg.number)
    if call.dial.detection.asynchronous:
        found = DetectionResult(Verdict.MACHINE.value, "beep", turn.now - (leg.answered or turn.now))
        _notify(turn, call, NoticeType.BEEP, found)


def _notify(turn: Turn, call: Call, what: NoticeType, found: DetectionResult) -> None:
    application = turn.account.application(call.application)
    if application is not None and application.callback is not None:
        turn.send(call, Notice(what, detected=found), application.callback)


def tell_answered(turn: Turn, move: TellAnswered) -> None:
    """Ask the backend what to do with the answered call, where it is to be asked."""
    call = move.call
    party = call.legs[-1].party
    if party.kind is PartyKind.STREAM:
        return turn.enter(call, CallState.STREAMING)
    if call.dial is not None and call.dial.on_answer is not None:
        return turn.then(Run(call, call.dial.on_answer, EventKind.ANSWERED))
    if party.kind is PartyKind.USERNAME or call.suppressed:
        return turn.then(Connect(call, EventKind.ANSWERED))
    call.answers_told += 1
    return turn.then(Ask(call, CallAnswered(move.detected)))
