"""Steps that cannot be played because the caller has hung up by then: seen in the order of a file, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator

from sinch_voice_emulator.scenario.model import Step

BEGINS_A_CALL = ("incoming_call", "sip_call", "app_call")
NEEDS_A_LIVE_CALL = ("press", "say", "hang_up", "lose_network", "detect", "beep")


def after_the_end(steps: tuple[Step, ...], over: dict[str, str] | None = None, current: str = "") -> Iterator[str]:
    """A sentence for each step about a call on which an earlier step of the same list has hung up the caller's phone.

    ``over`` has the numbers of those earlier steps, by name of call; ``current`` is the call that is meant where none is named.
    Branches are looked at one by one, since nobody knows in which order they are played.
    """
    over = dict(over or {})
    for step in steps:
        body = step.body if isinstance(step.body, dict) else {}
        named = body.get("call")
        about = named if isinstance(named, str) else current
        if step.word in NEEDS_A_LIVE_CALL and about in over:
            call = f"the call {about!r}" if named else "the call"
            yield (
                f"{step.place}: {step.place.path}: {step.word} comes too late: step {over[about]} hangs up {call}; "
                "leave it out, move it before that, or name another call (call: NAME)"
            )
        elif step.word == "hang_up" and (step.body if isinstance(step.body, str) else body.get("by")) == "caller":
            over[about] = step.number
        if step.word in BEGINS_A_CALL or "as" in body:
            current = str(body.get("as") or f"step {step.number}")
            over.pop(current, None)
        elif step.word in ("request", "include", "together") or "callout" in body:
            current = f"step {step.number}"
        for inner in step.branches.values():
            yield from after_the_end(inner, over, current)
