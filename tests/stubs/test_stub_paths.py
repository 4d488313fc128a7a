"""Patterns of paths: what they match, and what is said of those that make no sense."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.stubs.paths import PathPattern


@pytest.mark.parametrize(
    ("pattern", "path", "captured"),
    [
        ("/calling/v1/callouts", "/calling/v1/callouts", {}),
        ("/calling/v1/callouts", "/calling/v1/callouts/", {}),
        ("/calling/v1/callouts/", "/calling/v1/callouts", {}),
        ("/calling/v1/callouts", "/calling/v1/callouts/x", None),
        ("/calling/v1/callouts", "/calling/v1/Callouts", None),
        ("/a/{one}/b/{two}", "/a/1/b/2", {"one": "1", "two": "2"}),
        ("/a/{one}", "/a/1/2", None),
        ("/a/{one}", "/a/", None),
        ("/a/x-{one}.json", "/a/x-1.json", {"one": "1"}),
        ("/query/number/+46(0)701234567", "/query/number/+46(0)701234567", {}),
        ("/", "/", {}),
    ],
)
def test_what_matches(pattern: str, path: str, captured: dict[str, str] | None) -> None:
    assert PathPattern(pattern).match(path) == captured


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("/a/{one-two}", "{one-two} must be a name of letters and digits in braces"),
        ("/a/{}", "{} must be a name"),
        ("/a/{x}/{x}", "{x} stands there twice"),
        ("/a/{x}{y}", "a segment has one name in braces at most"),
        ("/a/{x}-{y}/b", "a segment has one name in braces at most"),
        ("/a/{x", "a brace has no partner"),
        ("/a/x}", "a brace has no partner"),
        ("/a?page=1", "a query does not belong in a path"),
    ],
)
def test_what_makes_no_sense(pattern: str, says: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        PathPattern(pattern)
    assert str(caught.value).startswith(says)
