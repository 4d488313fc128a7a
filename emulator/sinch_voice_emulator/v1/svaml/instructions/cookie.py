"""``setCookie``: remember something for later events of the call."""

from __future__ import annotations

from sinch_voice_emulator.model.script import SetCookie
from sinch_voice_emulator.v1.svaml.case import Case, InstructionKind, Values
from sinch_voice_emulator.v1.svaml.parts import byte_length

MAX_COOKIES = 1_024
"""Bytes of all keys and values together."""


def _set_cookie(values: Values, case: Case) -> SetCookie:
    cookie = SetCookie(values["key"], values["value"])
    before = case.cookie_bytes
    case.cookie_bytes += byte_length([(cookie.key, cookie.value)])
    if before <= MAX_COOKIES < case.cookie_bytes:
        message = f"cookies may have {MAX_COOKIES} bytes in all, but have {case.cookie_bytes}"
        case.error("value", message, expected=f"at most {MAX_COOKIES} bytes", found=f"{case.cookie_bytes} bytes")
    return cookie


SET_COOKIE = InstructionKind("setCookie", frozenset({"ice", "ace", "pie", "manage"}), _set_cookie)
