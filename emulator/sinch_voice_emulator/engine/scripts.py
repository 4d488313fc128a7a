"""Running scripts: one step after the other, each prompt to its end before the next begins, the action last."""

from __future__ import annotations

from collections.abc import Iterable

from sinch_voice_emulator.engine import recordings
from sinch_voice_emulator.engine.effects import Basis, Severity
from sinch_voice_emulator.engine.ending import file_report
from sinch_voice_emulator.engine.legs import answer_near, audience, hear_tones, near_is_up
from sinch_voice_emulator.engine.moves import Act, Advance, Resume, Run
from sinch_voice_emulator.engine.state import Turn
from sinch_voice_emulator.engine.timers import TimerKind
from sinch_voice_emulator.model.call import Call, CallState, Leg, RunningScript
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.model.phone import Reaction
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.model.script import (
    Action,
    Answer,
    Audience,
    HangUp,
    Play,
    Proceed,
    Prompt,
    PromptKind,
    Report,
    SendTones,
    SetCookie,
    StartRecording,
    Step,
    StopRecording,
)

TONE_LENGTH: Millis = 100
TONE_PAUSE: Millis = 500
"""A ``w`` in a DTMF string (documented)."""


def run(turn: Turn, move: Run) -> None:
    """Start a script."""
    call, script = move.call, move.script
    call.running = RunningScript(script.steps, script.action, script.audience, move.event)
    turn.then(Advance(call))


def advance(turn: Turn, move: Advance) -> None:
    """Do steps until one takes time, or the action's turn has come."""
    call = move.call
    running = call.running
    assert running is not None, "only a running script goes on"
    while running.position < len(running.steps):
        step = running.steps[running.position]
        running.position += 1
        length = _do(turn, call, running, step)
        if length:
            turn.enter(call, CallState.EXECUTING)
            turn.after(call, TimerKind.STEP, length)
            return
    call.running = None
    if running.action is None and running.event is None:
        turn.then(Resume(call))
    else:
        turn.then(Act(call, running.action or _usual_action(running.event), running.event))


def _usual_action(event: EventKind | None) -> Action:
    """What an answer without an action comes to (``defaults.md``): that to PIE hangs up, any other goes on."""
    return HangUp() if event is EventKind.INPUT else Proceed()


def _do(turn: Turn, call: Call, running: RunningScript, step: Step) -> Millis:
    """Do one step; returns how long it takes, 0 when it is done at once."""
    match step:
        case Play(prompts):
            return _play(turn, call, running, prompts)
        case SendTones(tones):
            return _send_tones(turn, call, tones)
        case Answer():
            _answer(turn, call)
        case SetCookie(key, value):
            call.cookies[key] = value
            turn.note("cookie.set", call, key=key, value=value)
        case StartRecording(options):
            recordings.start(turn, call, options)
        case StopRecording():
            recordings.stop(turn, call)
        case Report(success, details):
            file_report(turn, call, success, details)
    return 0


def _play(turn: Turn, call: Call, running: RunningScript, prompts: tuple[Prompt, ...]) -> Millis:
    if running.event is EventKind.INCOMING and turn.account.profile.ice_prompt_answers:
        answer_near(turn, call)
    return play(turn, call, prompts, running.audience if not call.room and call.callout is None else Audience.NEAR)


def play(turn: Turn, call: Call, prompts: tuple[Prompt, ...], whom: Audience = Audience.NEAR) -> Millis:
    """Play prompts to one side or both; returns their length. Phones that react to what they hear set about it."""
    length = length_of(prompts, turn.account.profile)
    heard = [{"type": prompt.kind.value, "text": prompt.text, "locale": prompt.locale} for prompt in prompts]
    listeners = audience(call, whom)
    for leg in listeners:
        turn.note("prompt.started", call, leg.number, prompts=heard, length_ms=length)
        _react(turn, call, leg, prompts, length)
    if not listeners:
        turn.note("prompt.unheard", call, prompts=heard, length_ms=length)
    return length


def length_of(prompts: Iterable[Prompt], profile: BehaviourProfile) -> Millis:
    """How long prompts take, in milliseconds: speech by its characters, files a fixed time, both scaled."""
    total = 0
    for prompt in prompts:
        if prompt.kind in (PromptKind.SPEECH, PromptKind.SSML):
            total += max(profile.speech_min, profile.speech_ms_per_char * len(prompt.text))
        else:
            total += profile.file_length
    return round(total * profile.prompt_scale)


def _react(turn: Turn, call: Call, leg: Leg, prompts: tuple[Prompt, ...], length: Millis) -> None:
    """The first reaction that matches and is not used up happens."""
    heard = " ".join(prompt.text for prompt in prompts).casefold()
    for index, reaction in enumerate(leg.behaviour.reactions):
        if reaction.hears.casefold() in heard and leg.reacted.get(index, 0) < reaction.times:
            leg.reacted[index] = leg.reacted.get(index, 0) + 1
            turn.after(call, TimerKind.REACTS, _delay(reaction, length), reaction_slot(leg, index))
            return


def _delay(reaction: Reaction, length: Millis) -> Millis:
    return length if reaction.after is None else reaction.after


_REACTIONS_PER_LEG = 1_000


def reaction_slot(leg: Leg, index: int) -> int:
    """Tells the timers of a leg's reactions apart."""
    return leg.number * _REACTIONS_PER_LEG + index


def reaction_of(call: Call, slot: int) -> tuple[Leg, Reaction]:
    """The leg and the reaction a timer was set for."""
    leg = call.legs[slot // _REACTIONS_PER_LEG - 1]
    return leg, leg.behaviour.reactions[slot % _REACTIONS_PER_LEG]


def _send_tones(turn: Turn, call: Call, tones: str) -> Millis:
    if not near_is_up(call):
        text = "sendDtmf needs an answered call: put an answer instruction before it"
        turn.remark(call, text, Severity.WARNING, Basis.ASSUMED)
        return 0
    near = call.legs[call.near - 1]
    turn.note("tones.sent", call, near.number, tones=tones)
    hear_tones(turn, call, near, tones)
    return sum(TONE_PAUSE if tone == "w" else TONE_LENGTH for tone in tones)


def _answer(turn: Turn, call: Call) -> None:
    if near_is_up(call):
        turn.remark(call, "answer has no effect on an answered call", basis=Basis.ASSUMED)
    answer_near(turn, call)


def step_ended(turn: Turn, call: Call) -> None:
    """A prompt or a row of tones is over."""
    turn.note("prompt.ended", call, call.near)
    turn.then(Advance(call))


def key_pressed(turn: Turn, call: Call, key: str) -> None:
    """A key during a script means something only before a hang-up that lets keys cut its prompts."""
    running = call.running
    if running is None or not isinstance(running.action, HangUp) or not running.action.barge:
        return
    turn.cancel(call, TimerKind.STEP)
    turn.note("prompt.ended", call, call.near, cut_by=key)
    running.steps = tuple(step for step in running.steps[running.position :] if not isinstance(step, Play))
    running.position = 0
    turn.then(Advance(call))
