"""Random histories of calls: whatever happens in whatever order, the account stays sound."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from playbook import APP, CALLER, DID, OTHER_DID, PHONE, START
from sinch_voice_emulator.engine.effects import Effect, Note, SendCallback
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.engine.inputs import (
    AnswerAccepted,
    AnswerUnusable,
    BeepHeard,
    CallArrived,
    CalloutRequested,
    ConferenceEndRequested,
    HoldChanged,
    Input,
    KeysPressed,
    LegAnswered,
    LegHungUp,
    LegRefused,
    ManagementRequested,
    MuteChanged,
    NetworkLost,
    Refusal,
    RemovalRequested,
    ScriptReceived,
    Unusable,
    VerdictReached,
    WordsSpoken,
)
from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.model.account import Account, Application, OwnedNumber
from sinch_voice_emulator.model.call import Call, CalloutKind, CallState, LegRole, LegState, Origin, Wants
from sinch_voice_emulator.model.conference import RoomKey
from sinch_voice_emulator.model.delivery import CallbackTarget, EventKind
from sinch_voice_emulator.model.money import FREE, bill
from sinch_voice_emulator.model.party import Party, PartyKind, number, sip, username
from sinch_voice_emulator.model.phone import PhoneBehaviour, Reaction, Verdict
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.script import (
    Action,
    Answer,
    Audience,
    Detection,
    Dial,
    EnterMenu,
    GoToMenu,
    HangUp,
    HangUpCause,
    Join,
    Menu,
    MenuOption,
    Park,
    Play,
    Proceed,
    Prompt,
    PromptKind,
    RecordingOptions,
    Report,
    ReturnValue,
    Script,
    SendTones,
    SetCookie,
    StartRecording,
    Step,
    StopRecording,
    ToneMode,
    ToneOptions,
)

ROOMS = ("standup", "retro")
PARTIES = (number(PHONE), number(DID), number("4600000000010"), number("+999"), sip("a@b"), username("bob"), username("zoe"))
DIALLED = st.sampled_from((*PARTIES, Party(PartyKind.STREAM, "wss://x")))
RECORD = st.none() | st.builds(
    RecordingOptions, destination=st.sampled_from(("", "sdrive://same.wav")), transcribe=st.booleans(), notify=st.booleans()
)
PROMPTS = st.lists(st.builds(Prompt, st.sampled_from(PromptKind), st.sampled_from(("short", "x" * 80))), max_size=2).map(tuple)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.just(Answer()),
    st.builds(Play, PROMPTS),
    st.builds(SendTones, st.sampled_from(("1", "w5#"))),
    st.builds(SetCookie, st.sampled_from(("a", "X-b")), st.just("1")),
    RECORD.filter(lambda options: options is not None).map(lambda options: StartRecording(options or RecordingOptions())),
    st.just(StopRecording()),
    st.builds(Report, st.booleans()),
)
DETECTION = st.none() | st.builds(Detection, st.booleans())
DIALS = st.builds(
    Dial,
    to=st.none() | DIALLED,
    dial_timeout=st.sampled_from((None, 500, 30_000)),
    max_duration=st.sampled_from((None, 20_000)),
    tones=st.sampled_from(("", "15")),
    detection=DETECTION,
    suppress_callbacks=st.sampled_from((False, False, True)),
    record=RECORD,
    on_answer=st.none() | st.just(Script((), Park())),
)
REACHED = st.builds(Dial, to=st.sampled_from((number(PHONE), sip("a@b"), username("bob"))), detection=DETECTION, record=RECORD)
TONES = st.builds(ToneOptions, st.sampled_from(ToneMode), st.sampled_from((1, 3)))
MENUS = st.builds(
    EnterMenu,
    menus=st.builds(
        Menu,
        id=st.just("main"),
        main_prompt=PROMPTS,
        repeats=st.integers(0, 2),
        max_digits=st.sampled_from((None, 1, 3)),
        options=st.just(
            (MenuOption("1", ReturnValue("x"), "one"), MenuOption("2", GoToMenu("main")), MenuOption("3", GoToMenu("?")))
        ),
    ).map(lambda menu: (menu,)),
    first=st.just("main"),
    barge=st.booleans(),
    voice=st.booleans(),
)
ACTIONS: st.SearchStrategy[Action] = st.one_of(
    st.builds(HangUp, st.sampled_from(HangUpCause), barge=st.booleans()),
    st.builds(Proceed, RECORD),
    DIALS,
    st.builds(Join, st.sampled_from(ROOMS), tones=TONES, moh=st.sampled_from(("", "music1")), record=RECORD),
    MENUS,
    st.builds(Park, PROMPTS, PROMPTS, st.sampled_from((None, 15_000))),
)
SCRIPTS = st.builds(Script, st.lists(STEPS, max_size=3).map(tuple), st.none() | ACTIONS, st.sampled_from(Audience))
ENDINGS = SCRIPTS.filter(lambda script: not isinstance(script.action, Dial))
"""What may be given in advance; a call that dials again whenever somebody answers would do so for ever."""
BEHAVIOURS = st.builds(
    PhoneBehaviour,
    hangs_up_after=st.sampled_from((None, 4_000)),
    gives_up_after=st.sampled_from((None, 3_000)),
    hangs_up_on_key=st.sampled_from(("", "5")),
    reactions=st.sampled_from(
        ((), (Reaction(presses="12", times=3),), (Reaction(says="one", hangs_up=True, after=10),), (Reaction(hangs_up=True),))
    ),
)
CALLS = st.integers(0, 5)
LEGS = st.integers(0, 3)


class Histories(RuleBasedStateMachine):
    """Random inputs to one engine, wrong ones included, with a backend that answers when and what it likes."""

    @initialize(
        credit=st.sampled_from((None, Decimal("0.05"))),
        dialling=st.sampled_from(("phone", "inbound-call")),
        twice=st.sampled_from(("one", "two")),
    )
    def begin(self, credit: Decimal | None, dialling: Any, twice: Any) -> None:
        profile = BehaviourProfile(dialling_own_number=dialling, ace_when_sip_answers=twice, callout_without_cli="rings")
        account = Account("test", users={"ann", "bob"}, blocked=("999",), credit=credit, profile=profile)
        account.add_application(Application(APP, "", CallbackTarget("http://backend.test")))
        for did in (DID, OTHER_DID):
            account.numbers[did, "voice"] = OwnedNumber(did, application=APP)
        self.credit = credit
        self.now = START
        self.engine = Engine(account, "seed", max_ended_calls=1_000)
        self.sent: list[SendCallback] = []
        self.told: dict[str, list[EventKind]] = {}

    # --- what happens ----------------------------------------------------------------------------------------------------

    def _submit(self, happened: Input) -> None:
        before = copy.deepcopy(self.engine.state)
        fork = copy.deepcopy(self.engine)
        try:
            outcome = self.engine.handle(happened, self.now)
        except EmulatorError:
            assert self.engine.state == before
            return
        assert fork.handle(happened, self.now) == outcome
        assert fork.state == self.engine.state
        self._take(outcome.effects)

    def _take(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            assert isinstance(effect, Note | SendCallback)
            if isinstance(effect, SendCallback):
                told = self.told.setdefault(effect.call_id, [])
                assert EventKind.ENDED not in told or effect.event.kind is EventKind.NOTICE
                told.append(effect.event.kind)
                self.sent.append(effect)

    def _call(self, which: int) -> str:
        calls = [call.id for call in self.engine.state.calls.values() if call.live] or ["nobody"]
        return calls[-1 - which % len(calls)]

    @rule(
        origin=st.sampled_from((Origin.PSTN, Origin.SIP, Origin.APP)),
        to=st.sampled_from((Party(PartyKind.DID, DID), number(PHONE), username("bob"), Party(PartyKind.CONFERENCE, "standup"))),
        behaviour=BEHAVIOURS,
    )
    def arrives(self, origin: Origin, to: Party, behaviour: PhoneBehaviour) -> None:
        caller = {Origin.PSTN: number(CALLER), Origin.SIP: sip("pbx@x"), Origin.APP: username("ann")}[origin]
        self._submit(CallArrived(origin, caller, to, CALLER, APP, behaviour=behaviour))

    @rule(
        kind=st.sampled_from(CalloutKind),
        to=st.sampled_from(PARTIES),
        wants=st.builds(Wants, st.booleans(), st.booleans(), st.booleans()),
        ask_first=st.booleans(),
        purpose=SCRIPTS,
        inline=st.dictionaries(st.sampled_from((EventKind.ANSWERED, EventKind.INPUT)), ENDINGS, max_size=1),
    )
    def is_called_out(
        self, kind: CalloutKind, to: Party, wants: Wants, ask_first: bool, purpose: Script, inline: dict[EventKind, Script]
    ) -> None:
        request = CalloutRequested(
            kind, APP, "", to, DID, ask_first=ask_first, on_proceed=purpose, wants=wants, inline=inline, max_duration=40_000
        )
        self._submit(request)

    @rule(
        goes=st.one_of(st.builds(Join, st.sampled_from(ROOMS), tones=TONES, record=RECORD), MENUS, REACHED, REACHED, REACHED),
        behaviour=BEHAVIOURS,
        answer=st.just(Script((), Proceed())) | SCRIPTS,
    )
    def goes_well(self, goes: Action, behaviour: PhoneBehaviour, answer: Script) -> None:
        """A call comes in, its ICE is answered, and where somebody is dialled, so is its ACE."""
        self.arrives(Origin.PSTN, Party(PartyKind.DID, DID), behaviour)
        self.answers(Script((), goes), len(self.sent) - 1)
        if isinstance(goes, Dial):
            self.time_passes(1)
            self.answers(answer, len(self.sent) - 1)

    @rule(seconds=st.sampled_from((0, 1, 1, 2, 5, 5, 30, 61, 20_000)))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * 1_000
        self._take(self.engine.fire_due(self.now))
        deadline = self.engine.next_deadline()
        assert deadline is None or deadline > self.now

    @rule(script=SCRIPTS, which=st.integers(0, 3))
    def answers(self, script: Script, which: int) -> None:
        if self.sent:
            asked = self.sent.pop(which % len(self.sent))
            asks = asked.event.kind in (EventKind.INCOMING, EventKind.ANSWERED, EventKind.INPUT)
            self._submit(
                ScriptReceived(asked.delivery, asked.call_id, script) if asks else AnswerAccepted(asked.delivery, asked.call_id)
            )

    @rule(kind=st.sampled_from(Unusable))
    def answers_badly(self, kind: Unusable) -> None:
        if self.sent:
            asked = self.sent.pop()
            self._submit(AnswerUnusable(asked.delivery, asked.call_id, kind, "bad"))

    @rule(which=CALLS, script=SCRIPTS.filter(lambda script: not isinstance(script.action, HangUp)))
    def is_managed(self, which: int, script: Script) -> None:
        self._submit(ManagementRequested(self._call(which), APP, "", script))

    @rule(which=CALLS, keys=st.sampled_from(("1", "12", "#", "3", "7", "x")), leg=LEGS)
    def presses(self, which: int, keys: str, leg: int) -> None:
        self._submit(KeysPressed(self._call(which), keys, leg))

    @rule(which=CALLS, leg=LEGS, lost=st.booleans())
    def leaves(self, which: int, leg: int, lost: bool) -> None:
        self._submit((NetworkLost if lost else LegHungUp)(self._call(which), leg))

    @rule(which=CALLS, how=st.none() | st.sampled_from(Refusal))
    def is_rung(self, which: int, how: Refusal | None) -> None:
        self._submit(LegAnswered(self._call(which)) if how is None else LegRefused(self._call(which), how))

    @rule(which=CALLS, verdict=st.none() | st.sampled_from(Verdict))
    def is_listened_to(self, which: int, verdict: Verdict | None) -> None:
        self._submit(BeepHeard(self._call(which)) if verdict is None else VerdictReached(self._call(which), verdict))

    @rule(which=CALLS, leg=LEGS)
    def speaks(self, which: int, leg: int) -> None:
        self._submit(WordsSpoken(self._call(which), "one", leg))

    @rule(which=CALLS, room=st.sampled_from(ROOMS), what=st.integers(0, 3))
    def happens_in_a_room(self, which: int, room: str, what: int) -> None:
        key, call = RoomKey(APP, "euc1", room), self._call(which)
        commands: list[Input] = [
            MuteChanged(key, call, True),
            HoldChanged(key, call, True, "music1"),
            RemovalRequested(key, call),
            ConferenceEndRequested(key),
        ]
        self._submit(commands[what])

    # --- what always holds -----------------------------------------------------------------------------------------------

    @invariant()
    def everybody_in_a_room_says_so(self) -> None:
        if hasattr(self, "engine"):
            state = self.engine.state
            listed = {(key.name, call) for key, room in state.conferences.items() for call in room.participants}
            assert listed == {(call.room, call.id) for call in state.calls.values() if call.live and call.room}
            assert all(room.participants for room in state.conferences.values())

    @invariant()
    def every_call_is_sound(self) -> None:
        if hasattr(self, "engine"):
            for call in self.engine.state.calls.values():
                (_is_sound if call.live else self._has_ended_well)(call)

    @invariant()
    def the_credit_is_what_the_bills_left(self) -> None:
        if hasattr(self, "engine") and self.credit is not None:
            calls = self.engine.state.calls.values()
            spent = sum((call.paid if call.live else call.debit for call in calls), FREE)
            assert self.engine.state.account.credit == self.credit - spent

    def _has_ended_well(self, call: Call) -> None:
        state = self.engine.state
        assert call.id not in state.timers.live
        assert all(leg.state is LegState.DOWN for leg in call.legs)
        assert (call.pending, call.running, call.menu, call.parking) == (None, None, None, None)
        own = [one for key in call.recorded if (one := state.recordings[key]).call_id == call.id and not one.conference]
        assert all(recording.ended is not None for recording in own)
        assert self.told.get(call.id, []).count(EventKind.ENDED) == int(call.wants.ended and not call.suppressed)
        charged = any(leg.role is LegRole.CALLEE and leg.answered is not None for leg in call.legs)
        assert call.debit == (bill(call.rate, call.length(self.now)) if charged else FREE)

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.now += 10 * 14_400_000
            self._take(self.engine.fire_due(self.now))


def _is_sound(call: Call) -> None:
    assert (call.pending is not None) == (
        call.state in (CallState.ASKING_INCOMING, CallState.ASKING_ANSWERED, CallState.ASKING_INPUT)
        or (call.state is CallState.COLLECTING and call.pending is not None)
    )
    assert (call.running is not None) == (call.state is CallState.EXECUTING)
    assert (call.menu is not None) == (call.state is CallState.MENU)
    assert call.state not in (CallState.CONFERENCE, CallState.COLLECTING) or call.room
    assert call.state is not CallState.PARKED or call.parking is not None
    assert all(leg.state is LegState.DOWN for leg in call.legs if leg.number not in (call.near, call.far, len(call.legs)))


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
