"""Scripts: what a backend can ask of a call, in the engine's own words.

A dialect (``v1``) translates its documents into these values; the engine runs them. A script is any number of steps, run
strictly in order, and one action that says how the call goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sinch_voice_emulator.model.instants import Millis
from sinch_voice_emulator.model.party import Party


class PromptKind(StrEnum):
    """What a prompt is made of."""

    SPEECH = "tts"
    SSML = "ssml"
    URL = "url"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to hear. ``text`` is the words, the SSML, the URL or the name of an uploaded file."""

    kind: PromptKind
    text: str
    locale: str = "en-US"


class Audience(StrEnum):
    """Which side of the call hears prompts. ``NEAR`` is the caller, or the called party of a callout."""

    NEAR = "caller"
    FAR = "callee"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """Where and how to record. ``destination`` is a storage URI as the backend wrote it, or ``""`` for the platform's own."""

    destination: str = ""
    format: str = "mp3"
    notify: bool = True
    transcribe: bool = False
    transcription_locale: str = ""


# --- steps -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up the caller's leg at once."""


@dataclass(frozen=True, slots=True)
class Play:
    """Play prompts one after the other."""

    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class SendTones:
    """Send DTMF; ``w`` is a pause of half a second."""

    tones: str


@dataclass(frozen=True, slots=True)
class SetCookie:
    """Remember a value; later events of the call carry it."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the call from here on."""

    options: RecordingOptions = RecordingOptions()


@dataclass(frozen=True, slots=True)
class StopRecording:
    """Stop the call's recording; nothing happens when none runs."""


@dataclass(frozen=True, slots=True)
class Report:
    """The backend's own verdict on the call; ends up in its record. ``details`` is at most 64 characters."""

    success: bool
    details: str = ""


Step: TypeAlias = Answer | Play | SendTones | SetCookie | StartRecording | StopRecording | Report

# --- actions ---------------------------------------------------------------------------------------------------------


class HangUpCause(StrEnum):
    """What a caller who was not answered yet hears when the call is cut."""

    NORMAL = "normal"
    BUSY = "busy"
    CONGESTION = "congestion"


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call. ``barge``: a key may cut the prompts before it. ``message_finished``: a callout said what it had to say."""

    cause: HangUpCause = HangUpCause.NORMAL
    barge: bool = False
    message_finished: bool = False


@dataclass(frozen=True, slots=True)
class Proceed:
    """Carry on with what the call was about: bridge the legs, or do what the callout asked for."""

    record: RecordingOptions | None = None


@dataclass(frozen=True, slots=True)
class Detection:
    """Answering machine detection: ``asynchronous`` connects at once and tells later."""

    asynchronous: bool = False


@dataclass(frozen=True, slots=True)
class Dial:
    """Dial another party and connect the call to it when it answers.

    ``to=None`` is whatever was dialled originally. ``cli``: ``None`` is the caller's own, ``""`` withheld. Durations are
    milliseconds; ``dial_timeout=None`` and ``max_duration=None`` are the account's defaults. ``on_answer`` replaces what the
    answered event would ask for.
    """

    to: Party | None = None
    cli: str | None = None
    dial_timeout: Millis | None = None
    max_duration: Millis | None = None
    tones: str = ""
    detection: Detection | None = None
    suppress_callbacks: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    indications: str = "us"
    transport: str = ""
    moh: str = ""
    record: RecordingOptions | None = None
    on_answer: Script | None = None


class ToneMode(StrEnum):
    """What a conference does with a participant's keys."""

    IGNORE = "ignore"
    FORWARD = "forward"
    DETECT = "detect"


@dataclass(frozen=True, slots=True)
class ToneOptions:
    """How a conference treats a participant's keys. ``gap``: silence that ends a sequence, in milliseconds."""

    mode: ToneMode = ToneMode.IGNORE
    max_digits: int = 1
    gap: Millis = 3_000


@dataclass(frozen=True, slots=True)
class Join:
    """Put the call into a conference room. ``label`` replaces the CLI in the list of participants."""

    conference: str
    tones: ToneOptions = ToneOptions()
    moh: str = ""
    label: str | None = None
    suppress_callbacks: bool = False
    record: RecordingOptions | None = None


@dataclass(frozen=True, slots=True)
class ReturnValue:
    """A menu option that ends the menu with a value."""

    value: str


@dataclass(frozen=True, slots=True)
class GoToMenu:
    """A menu option that enters another menu."""

    menu: str


@dataclass(frozen=True, slots=True)
class MenuOption:
    """One choice: a key (``0-9 * #``), or ``""`` for a word only; ``word`` is what may be said instead."""

    key: str
    does: ReturnValue | GoToMenu
    word: str = ""
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu. Times in milliseconds; ``max_digits=None`` means single keys. ``repeats`` counts after the first pass."""

    id: str
    main_prompt: tuple[Prompt, ...] = ()
    repeat_prompt: tuple[Prompt, ...] | None = None
    repeats: int = 3
    max_digits: int | None = None
    silence: Millis = 5_000
    max_speech: Millis = 20_000
    options: tuple[MenuOption, ...] = ()


@dataclass(frozen=True, slots=True)
class EnterMenu:
    """Run a menu; its result is an event of its own. ``menus`` is not empty and contains ``first``."""

    menus: tuple[Menu, ...]
    first: str
    barge: bool = True
    voice: bool = False
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class Park:
    """Hold the call until somebody fetches it, at most ``max_duration`` milliseconds (``None``: the default)."""

    intro: tuple[Prompt, ...] = ()
    hold: tuple[Prompt, ...] = ()
    max_duration: Millis | None = None


Action: TypeAlias = HangUp | Proceed | Dial | Join | EnterMenu | Park


@dataclass(frozen=True, slots=True)
class Script:
    """Steps, then one action. ``action=None`` only where the dialect lets it: the call then goes on as it was."""

    steps: tuple[Step, ...] = ()
    action: Action | None = None
    audience: Audience = Audience.NEAR
