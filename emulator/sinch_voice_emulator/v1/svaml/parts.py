"""What several actions have in common: caller ids, durations, tones, headers, recording, rooms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sinch_voice_emulator.model.instants import SECOND, Millis
from sinch_voice_emulator.model.party import normalise_number
from sinch_voice_emulator.model.script import Detection, RecordingOptions, ToneMode, ToneOptions
from sinch_voice_emulator.v1.svaml.case import Case, Values

MAX_CALL_HEADERS = 1_024
"""Bytes of all keys and values together."""

SCHEMES = ("s3", "azure", "gs", "sdrive")
NEED_CREDENTIALS = ("s3", "azure")


def seconds(values: Values, member: str = "maxDuration") -> Millis | None:
    """A duration in seconds as milliseconds; ``None`` when it is absent or 0, which both mean the default."""
    value = values.get(member)
    return int(value) * SECOND if value else None


def presented(cli: str | None) -> str | None:
    """Whose number the called party sees: ``None`` the caller's own, ``""`` nobody's. Names stay as they are."""
    if not cli or cli.lower() == "incoming":
        return None
    if cli.lower() == "private":
        return ""
    return cli if any(char.isalpha() for char in cli) else normalise_number(cli)


def tones(values: Values, member: str, case: Case) -> str:
    """Keys to press, with ``w`` in lower case."""
    text: str = values.get(member, "")
    if "*" in text:
        case.tolerate(member, f"{member} holds the undocumented character *; documented are 0-9, # and w")
    return text.lower()


def headers(values: Values, case: Case) -> tuple[tuple[str, str], ...]:
    """The call headers, in order."""
    pairs = tuple((item["key"], item["value"]) for item in values.get("callHeaders", ()))
    if pairs and (size := byte_length(pairs)) > MAX_CALL_HEADERS:
        message = f"callHeaders may have {MAX_CALL_HEADERS} bytes in all, but have {size}"
        case.error("callHeaders", message, expected=f"at most {MAX_CALL_HEADERS} bytes", found=f"{size} bytes")
    return pairs


def byte_length(pairs: Iterable[tuple[str, str]]) -> int:
    """Bytes of all keys and values in UTF-8."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for pair in pairs for text in pair)


def detection(values: Values) -> Detection | None:
    """Answering machine detection, if it is switched on."""
    amd: Mapping[str, Any] = values.get("amd", {})
    return Detection(bool(amd.get("async", False))) if amd.get("enabled", False) else None


def recording(values: Values, case: Case, *, member: str = "recordingOptions") -> RecordingOptions | None:
    """What ``record: true`` orders; ``None`` when it is not there."""
    if not values.get("record", False):
        if member in values:
            case.warn(member, f"{member} has no effect without record: true")
        return None
    return recording_options(values.get(member), member, case)


def recording_options(options: Values | None, member: str, case: Case) -> RecordingOptions:
    """Where and how to record. Credentials are checked for and then forgotten."""
    options = options or {}
    destination: str = options.get("destinationUrl", "")
    _check_destination(destination, options, member, case)
    transcription: Mapping[str, Any] = options.get("transcriptionOptions", {})
    return RecordingOptions(
        destination=destination,
        format=options.get("format", "mp3"),
        notify=options.get("notificationEvents", True),
        transcribe=transcription.get("enabled", False),
        transcription_locale=transcription.get("locale", ""),
    )


def _check_destination(destination: str, options: Values, member: str, case: Case) -> None:
    where = f"{member}.destinationUrl"
    scheme, separator, _rest = destination.partition("://")
    known = ", ".join(f"{name}://" for name in SCHEMES)
    if not destination:
        case.warn(where, "destinationUrl missing, so the platform keeps the recording itself")
    elif not separator:
        case.warn(where, f"destinationUrl should begin with one of {known}", found=destination)
    elif scheme.lower() not in SCHEMES:
        case.error(where, f"destinationUrl should begin with one of {known}, not {scheme}://", expected=known, found=scheme)
    elif scheme.lower() in NEED_CREDENTIALS and not options.get("credentials"):
        case.error(
            f"{member}.credentials",
            f"credentials are missing, which {scheme}:// needs",
            expected="credentials",
            found="nothing",
        )


def tone_options(values: Values) -> ToneOptions:
    """What a conference does with a participant's keys."""
    options: Mapping[str, Any] = values.get("conferenceDtmfOptions", {})
    return ToneOptions(
        mode=ToneMode(options.get("mode", "ignore")),
        max_digits=int(options.get("maxDigits", 1)),
        gap=int(options.get("timeoutMills", 3_000)),
    )
