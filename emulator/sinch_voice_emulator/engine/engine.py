"""The engine: one door in for everything that happens, one door out for time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sinch_voice_emulator.engine import (
    actions,
    arriving,
    asking,
    dialling,
    ending,
    inputs,
    managing,
    menus,
    moves,
    parking,
    pricing,
    rooms,
    scripts,
    tables,
)
from sinch_voice_emulator.engine.effects import Effect, InputEntered
from sinch_voice_emulator.engine.state import EngineState, Turn
from sinch_voice_emulator.engine.tables import Rule, Trigger
from sinch_voice_emulator.engine.timers import Timer, TimerKind
from sinch_voice_emulator.errors import BadRequest, Conflict, IllegalTransition, NotFound
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call, CallState, Leg, LegState, Reason
from sinch_voice_emulator.model.conference import Conference, RoomKey
from sinch_voice_emulator.model.ids import IdSource
from sinch_voice_emulator.model.instants import Instant

_KEYPAD = frozenset("0123456789*#")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step came to: a reply (the id of a new call) and what is to be done outside."""

    reply: str | None
    effects: tuple[Effect, ...]


class Engine:
    """All calls of one account. Not thread-safe: whoever runs it holds a lock for the length of a step."""

    def __init__(self, account: Account, seed: str, *, max_ended_calls: int = 10_000) -> None:
        self.state = EngineState(account, IdSource(seed), max_ended_calls=max_ended_calls)

    # --- the doors -------------------------------------------------------------------------------------------------------

    def handle(self, happened: inputs.Input, now: Instant) -> Outcome:
        """Take in what happened. Raises an ``EmulatorError`` before anything changed, or changes state and says what to do.

        Fire what is due first: ``now`` may not lie before the last call.
        """
        turn = Turn(self.state, now)
        ended = len(self.state.ended)
        reply = self._take(turn, happened)
        self._work_off(turn)
        ending.forget(self.state, ended)
        return Outcome(reply, tuple(turn.effects))

    def fire_due(self, now: Instant) -> tuple[Effect, ...]:
        """Fire every timer due at or before ``now``, in order, each at its own instant."""
        effects: list[Effect] = []
        ended = len(self.state.ended)
        while (timer := self.state.timers.pop_due(now)) is not None:
            turn = Turn(self.state, timer.due, effects)
            self._fire(turn, timer)
            self._work_off(turn)
        ending.forget(self.state, ended)
        return tuple(effects)

    def next_deadline(self, *, guards: bool = True) -> Instant | None:
        """When the next timer is due. Without guards: leaving out maximum durations and park limits."""
        return self.state.timers.next(guards=guards)

    def call(self, call_id: str, application: str = "", region: str = "") -> Call:
        """A call, live or ended, in the scope of an application and a region (``""``: any).

        Raises ``NotFound`` with the exact reason, which is for the journal: on the wire it is always the same sentence.
        """
        call = self.state.calls.get(call_id)
        if call is None:
            raise NotFound(f"there is no call {call_id!r}, or it ended so long ago that it was forgotten")
        if application and call.application.lower() != application.lower():
            raise NotFound(f"call {call_id} belongs to another application ({call.application})")
        if region and call.region != region:
            raise NotFound(f"call {call_id} lives in region {call.region}, and was looked for in {region}")
        return call

    def conference(self, key: RoomKey) -> Conference:
        """A room; raises ``NotFound`` and says in which region it is, when it is elsewhere."""
        if (room := self.state.conferences.get(key)) is not None:
            return room
        elsewhere = [
            other.region for other in self.state.conferences if (other.application, other.name) == (key.application, key.name)
        ]
        hint = f"; there is one in {', '.join(sorted(elsewhere))}" if elsewhere else ""
        raise NotFound(f"there is no conference {key.name!r} in region {key.region} of this application{hint}")

    # --- what happened ---------------------------------------------------------------------------------------------------

    def _take(self, turn: Turn, happened: inputs.Input) -> str | None:
        match happened:
            case inputs.CallArrived():
                return arriving.arrive(turn, happened).id
            case inputs.CalloutRequested():
                return arriving.call_out(turn, happened).id
            case inputs.ScriptReceived():
                asking.script_received(turn, happened)
            case inputs.AnswerUnusable():
                asking.unusable(turn, happened)
            case inputs.AnswerAccepted():
                asking.accepted(turn, happened)
            case inputs.ManagementRequested():
                self._manage(turn, happened)
            case inputs.ReportFiled():
                call = self.call(happened.call_id, happened.application)
                ending.file_report(turn, call, happened.success, happened.details)
            case inputs.RecordingDeleted():
                self._delete_recording(turn, happened)
            case inputs.MuteChanged() | inputs.HoldChanged() | inputs.RemovalRequested() | inputs.ConferenceEndRequested():
                self._take_conference(turn, happened)
            case _:
                self._take_phone(turn, happened)
        return None

    def _manage(self, turn: Turn, request: inputs.ManagementRequested) -> None:
        call = self.call(request.call_id, request.application, request.region)
        if not call.live:
            raise NotFound(f"call {call.id} has ended ({call.result.value}, {call.reason.value})")
        managing.manage(turn, call, request)

    def _delete_recording(self, turn: Turn, request: inputs.RecordingDeleted) -> None:
        recording = self.state.recordings.get(request.key)
        if recording is None or recording.application.lower() != request.application.lower():
            raise NotFound(f"there is no recording {request.key!r}")
        if recording.ended is None:
            raise BadRequest(f"recording {request.key!r} is still running; stop it first")
        del self.state.recordings[request.key]
        turn.note("recording.deleted", self.state.calls.get(recording.call_id), key=request.key)

    def _take_conference(
        self,
        turn: Turn,
        happened: inputs.MuteChanged | inputs.HoldChanged | inputs.RemovalRequested | inputs.ConferenceEndRequested,
    ) -> None:
        room = self.conference(happened.room)
        if isinstance(happened, inputs.ConferenceEndRequested):
            for call_id in room.participants:
                turn.then(moves.End(self.state.calls[call_id], Reason.MANAGERHANGUP))
            return
        if happened.call_id not in room.participants:
            raise NotFound(f"call {happened.call_id} is not in conference {room.key.name!r}")
        call = self.state.calls[happened.call_id]
        if isinstance(happened, inputs.RemovalRequested):
            turn.then(moves.End(call, Reason.MANAGERHANGUP))
        elif isinstance(happened, inputs.MuteChanged):
            rooms.mute(turn, call, happened.muted)
        else:
            rooms.hold(turn, call, happened.on_hold, happened.moh)

    # --- telephones --------------------------------------------------------------------------------------------------------

    def _take_phone(self, turn: Turn, happened: inputs.PhoneInput) -> None:
        call = turn.call(happened.call_id)
        match happened:
            case inputs.LegAnswered():
                tables.rule(call.state, Trigger.LEG_ANSWERED)
                if call.dialled_call:
                    raise Conflict(
                        f"the phone that rings is call {call.dialled_call} of this account; what answers is its script"
                    )
                turn.then(moves.FarAnswered(call))
            case inputs.LegRefused(how=how):
                tables.rule(call.state, Trigger.LEG_REFUSED)
                dialling.refused(turn, call, how)
            case inputs.LegHungUp(leg=leg):
                self._hang_up(turn, call, leg)
            case inputs.KeysPressed(keys=keys, leg=leg):
                self._press(turn, call, keys, leg)
            case inputs.WordsSpoken(text=text, leg=leg):
                self._speak(turn, call, text, leg)
            case inputs.VerdictReached(verdict=verdict, reason=reason):
                tables.rule(call.state, Trigger.VERDICT)
                dialling.verdict(turn, call, self._examined_leg(call), verdict, reason)
            case inputs.BeepHeard():
                if tables.rule(call.state, Trigger.BEEP) is Rule.ACT:
                    dialling.beep(turn, call)
                else:
                    turn.remark(call, f"a beep is not reported while the call is {call.state.value}")
            case inputs.NetworkLost(leg=leg):
                if tables.rule(call.state, Trigger.NETWORK_LOST) is Rule.ACT:
                    managing.lost_network(turn, call, self._leg(call, leg))
                else:
                    turn.remark(call, "losing the network after the call has ended changes nothing")

    def _examined_leg(self, call: Call) -> Leg:
        leg = dialling.examined_leg(call)
        if leg is None:
            raise BadRequest(f"call {call.id} was dialled without answering machine detection (amd)")
        if call.detected is not None:
            raise Conflict(f"answering machine detection has concluded already: {call.detected.status}")
        return leg

    def _leg(self, call: Call, leg: int) -> int:
        """The number of a leg; 0 stands for the near one, or for the one that rings while there is none."""
        number = leg or call.near or len(call.legs)
        if not 1 <= number <= len(call.legs):
            legs = f"legs 1 to {len(call.legs)}" if call.legs else "no leg yet"
            raise BadRequest(f"call {call.id} has no leg {leg}: it has {legs}")
        return number

    def _hang_up(self, turn: Turn, call: Call, leg: int) -> None:
        if tables.rule(call.state, Trigger.HUNG_UP) is Rule.IGNORE:
            turn.remark(call, "hanging up a call that has ended changes nothing")
            return
        managing.hung_up(turn, call, self._leg(call, leg))

    def _answered_leg(self, call: Call, leg: int, doing: str) -> int:
        number = self._leg(call, leg)
        if call.legs[number - 1].state is not LegState.UP:
            raise IllegalTransition(call.state.value, doing, f"leg {number} is not answered")
        return number

    def _press(self, turn: Turn, call: Call, keys: str, leg: int) -> None:
        if not keys or not set(keys) <= _KEYPAD:
            raise BadRequest(f"{keys!r} cannot be pressed: a telephone has the keys 0-9, * and #")
        rule = tables.rule(call.state, Trigger.KEYS)
        number = self._answered_leg(call, leg, Trigger.KEYS.value)
        turn.note("keys.pressed", call, number, keys=keys)
        if rule is Rule.IGNORE or number != call.near:
            return
        for position, key in enumerate(keys):
            self._key(turn, call, key)
            self._work_off(turn)
            if tables.TABLE.get((call.state, Trigger.KEYS)) is not Rule.ACT and position + 1 < len(keys):
                turn.remark(call, f"keys {keys[position + 1 :]} mean nothing any more: the call is {call.state.value}")
                return

    def _key(self, turn: Turn, call: Call, key: str) -> None:
        if call.state is CallState.MENU:
            menus.key(turn, call, key)
        elif call.state is CallState.EXECUTING:
            scripts.key_pressed(turn, call, key)
        else:
            rooms.key(turn, call, key)

    def _speak(self, turn: Turn, call: Call, text: str, leg: int) -> None:
        if not text.strip():
            raise BadRequest("there is nothing to say: the text is empty")
        acts = tables.rule(call.state, Trigger.WORDS) is Rule.ACT
        number = self._answered_leg(call, leg, Trigger.WORDS.value)
        turn.note("words.spoken", call, number, text=text)
        if acts and number == call.near:
            menus.words(turn, call, text)

    # --- time ----------------------------------------------------------------------------------------------------------------

    def _fire(self, turn: Turn, timer: Timer) -> None:
        call = self.state.calls[timer.call_id]
        simple: dict[TimerKind, Callable[[Turn, Call], None]] = {
            TimerKind.RING: dialling.ring_over,
            TimerKind.DIAL_TIMEOUT: dialling.timed_out,
            TimerKind.STEP: menus.prompt_ended if call.state is CallState.MENU else scripts.step_ended,
            TimerKind.SILENCE: menus.silence,
            TimerKind.GAP: menus.collected if call.state is CallState.MENU else rooms.collected,
            TimerKind.INTRO: parking.loop,
            TimerKind.HOLD_ENDS: parking.over,
            TimerKind.PARK_LIMIT: parking.limit_reached,
            TimerKind.CREDIT: pricing.next_minute,
            TimerKind.BEEP: dialling.beep,
        }
        match timer.kind:
            case TimerKind.MAX_DURATION:
                turn.then(moves.End(call, Reason(turn.account.profile.max_duration_reason)))
            case TimerKind.GIVES_UP | TimerKind.HANGS_UP:
                managing.hung_up(turn, call, timer.slot or call.near)
            case TimerKind.VERDICT:
                leg = call.legs[-1]
                dialling.verdict(turn, call, leg, leg.behaviour.answerer.verdict, leg.behaviour.answerer.reason)
            case TimerKind.REACTS:
                self._react(turn, call, timer.slot)
            case _:
                simple[timer.kind](turn, call)

    def _react(self, turn: Turn, call: Call, slot: int) -> None:
        leg, reaction = scripts.reaction_of(call, slot)
        if reaction.presses and leg.state is LegState.UP:
            self._press(turn, call, reaction.presses, leg.number)
        if reaction.says and leg.state is LegState.UP:
            self._speak(turn, call, reaction.says, leg.number)
            self._work_off(turn)
        if reaction.hangs_up and leg.state is not LegState.DOWN:
            managing.hung_up(turn, call, leg.number)

    # --- the agenda ----------------------------------------------------------------------------------------------------------

    def _work_off(self, turn: Turn) -> None:
        while turn.agenda:
            move = turn.agenda.popleft()
            if move.call.live:
                _MOVES[type(move)](turn, move)


def _finish_menu(turn: Turn, move: moves.FinishMenu) -> None:
    call, result = move.call, move.result
    turn.cancel(call, TimerKind.STEP, TimerKind.SILENCE, TimerKind.GAP)
    call.menu = None
    turn.note("menu.result", call, call.near, menu=result.menu, type=result.type, value=result.value, method=result.method)
    turn.then(moves.Ask(call, InputEntered(result)))


_MOVES: dict[type[moves.Move], Callable[[Turn, Any], None]] = {
    moves.Ask: asking.ask,
    moves.Run: scripts.run,
    moves.Advance: scripts.advance,
    moves.Act: actions.act,
    moves.StartDialling: dialling.start,
    moves.FarAnswered: dialling.answered,
    moves.TellAnswered: dialling.tell_answered,
    moves.Connect: actions.connect,
    moves.Resume: actions.resume,
    moves.FinishMenu: _finish_menu,
    moves.Loop: arriving.loop,
    moves.End: ending.end,
}
