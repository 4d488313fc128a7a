"""Advice of the Python API, in the words of scenario files: what fails is the same, what to write instead is not."""

from __future__ import annotations

import re

_INSTEAD = (
    (r"wait with expect_ringing\(\)", "wait with expect: { ringing: ... }"),
    (r"take one with expect_ringing\(.*?\), or each .*? what it returns", "say which: { phone: ..., call: ... }"),
    (r"act on the call that is meant, .*? expect_ringing\(\) returned for it", "say which one: call: ..."),
    (r'call\.expect_prompt\("\.\.\."\)', "expect: { heard: ... }"),
    (r'call\.expect_state\("in a menu"\)', "expect: { state: in a menu }"),
    (r"answer\(\) it first", "answer it first"),
    (r"Does it use sinch_voice\.url, .*?\?", "Does it use the emulator's URL, key and secret?"),
    (r" If it does so later, .*? with sinch_voice\.hold\(\): \.\.\.", ""),
    (r" \(sinch_voice\.key, sinch_voice\.secret\)\?", "?"),
    (r"name its callback route, such as deliver_to\(.*?\)", "the callback URL should end in its callback route"),
    (r"set_profile\(callback_timeout=\.\.\.\)", "profile: { callback_timeout: ... }"),
)
_PATTERNS = [(re.compile(pattern), instead) for pattern, instead in _INSTEAD]


def in_words_of_files(text: str) -> str:
    """A failure with its advice for somebody who writes YAML."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text
