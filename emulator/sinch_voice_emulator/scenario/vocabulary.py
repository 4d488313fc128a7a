"""The words of the platform in a scenario, before it runs: members of callbacks and answers, and what they may hold.

What nobody would ever send is refused when a scenario waits for it, and above all when it says that it is absent. The
platform may send more than its reference says: a member that is like none of those that are known is let through, except
where it is said to be absent; in recordings, everything is.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.runtime import kinds
from sinch_voice_emulator.scenario.model import Scenario, Step, all_steps
from sinch_voice_emulator.v1 import spec

_ENDS = ("caller", "callee")


def check_vocabulary(scenario: Scenario) -> Iterator[str]:
    """A sentence for each word that the platform does not know."""
    if scenario.recorded:
        return
    steps = list(all_steps(scenario.steps))
    wrong_answers = bool(scenario.allowed.problems) or any("problem" in _body(step) for step in steps)
    for step in steps:
        for problem in _of_step(step, wrong_answers):
            yield f"{step.place}: {step.place.path}{problem}"


def _body(step: Step) -> Mapping[str, Any]:
    return step.body if isinstance(step.body, dict) else {}


def _of_step(step: Step, wrong_answers: bool) -> Iterator[str]:
    body = _body(step)
    event = body.get("callback") if step.word == "expect" else body.get("event")
    callback = spec.voice().components.get(f"callback.{event}") if isinstance(event, str) else None
    if step.word == "expect":
        if callback is not None:
            yield from _members(body.get("with"), callback, ".with", f"in {event}")
        if isinstance(body.get("ended"), dict):
            yield from _members(body["ended"], _END, ".ended", "of the end of a call")
        if isinstance(body.get("journal"), str) and "${" not in body["journal"]:
            yield from _kind(body["journal"])
    elif step.word == "fire" and callback is not None:
        for name in body.get("with", {}):
            yield from _like(name, callback["properties"], ".with", f"in {event}")
    answers = body if step.word == "expect" else body.get("expect", {}) if step.word in ("fire", "redeliver") else {}
    if isinstance(answers, dict) and not wrong_answers:
        place = ".answer" if step.word == "expect" else ".expect.answer"
        yield from _members(answers.get("answer"), spec.voice().schema("Svaml"), place, "in SVAML")
    if step.word == "request" and isinstance(body.get("path"), str):
        yield from _path(body["path"], body.get("expect", {}).get("status"))
    yield from _person(step)


def _path(path: str, status: Any) -> Iterator[str]:
    """A path of the REST API that no request has, unless it is to be refused."""
    bare = path.partition("?")[0]
    if not bare.startswith(("/calling/", "/v1/")) or (isinstance(status, int) and status >= 400):
        return
    paths = [operation.path for operation in spec.voice().operations()]
    if not any(_leads(bare, known) for known in paths):
        close = _close(bare, paths)
        yield f".path: the REST API has no path {bare}" + (f" (did you mean {close}?)" if close else "")


def _leads(path: str, known: str) -> bool:
    parts, places = path.rstrip("/").split("/"), known.split("/")
    fits = (place.startswith("{") or "${" in part or part == place for part, place in zip(parts, places, strict=False))
    return len(parts) == len(places) and all(fits)


_END: Mapping[str, Any] = {
    "properties": {
        "result": {"$ref": "#/components/schemas/Result"},
        "reason": {"$ref": "#/components/schemas/Reason"},
        "duration": {},
        "debit": {},
    }
}


def _kind(kind: str) -> Iterator[str]:
    try:
        kinds.check_kind(kind)
    except BadRequest as error:
        yield f".journal: {error}"


def _person(step: Step) -> Iterator[str]:
    """Who is neither at an end of the call nor a phone: a word that is nearly one of the two ends."""
    said = (
        _body(step).get("by")
        if isinstance(step.body, dict)
        else step.body
        if step.word in ("hang_up", "lose_network")
        else None
    )
    if isinstance(said, str) and said not in _ENDS and difflib.get_close_matches(said, _ENDS, 1, 0.8):
        place = ".by" if isinstance(step.body, dict) else ""
        yield f"{place}: nobody on a call is called {said!r} (did you mean {_close(said, _ENDS)}?)"


# --- members -----------------------------------------------------------------------------------------------------------------


def _members(value: Any, schema: Mapping[str, Any], place: str, where: str) -> Iterator[str]:
    """What is wrong with the members of ``value``, and with what they are to hold."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _members(item, _items(schema), f"{place}[{index}]", where)
        return
    if not isinstance(value, dict):
        yield from _value(value, schema, place)
        return
    if any(str(name).startswith("$") for name in value):
        yield from _matcher(value, schema, place, where)
        return
    properties = _properties(schema, value.get("name"))
    for name, inner in value.items():
        found = _at(properties, name)
        if found is not None:
            yield from _members(inner, found, f"{place}.{name}", where)
        elif properties:
            yield from _like(name, properties, place, where, absent=inner == {"$absent": True})


def _matcher(value: Mapping[str, Any], schema: Mapping[str, Any], place: str, where: str) -> Iterator[str]:
    choices = value.get("$one_of")
    for choice in choices if isinstance(choices, list) else ():
        yield from _members(choice, schema, place, where)
    if isinstance(value.get("$contains"), dict):
        yield from _members(value["$contains"], _items(schema), place, where)


def _value(value: Any, schema: Mapping[str, Any], place: str) -> Iterator[str]:
    schema = spec.voice().resolve(schema)
    known = [schema["const"]] if "const" in schema else schema.get("enum", ())
    if not isinstance(value, str) or "${" in value or not known or value in known:
        return
    close = _close(value, map(str, known))
    hint = f"did you mean {close}?" if close else f"there are: {', '.join(map(str, known))}"
    yield f"{place}: {place.rpartition('.')[2]} is never {value!r} ({hint})"


def _like(name: str, known: Mapping[str, Any], place: str, where: str, absent: bool = False) -> Iterator[str]:
    """A name that is nearly one of those that are known; with ``absent`` any that is not known."""
    first = name.replace("__", ".").partition(".")[0].partition("[")[0]
    if "${" in name or _at(known, name) is not None or first in _in_callbacks():
        return
    close = _close(first, known)
    if close and close != first:
        yield f"{place}.{name}: there is no {first} {where} (did you mean {close}?)"
    elif absent and not close:
        yield f"{place}.{name}: there never is a {first} {where}; there are: {', '.join(known)}"


@functools.cache
def _in_callbacks() -> frozenset[str]:
    """Members of any callback: that one is absent from another event may well be said."""
    events = [schema for name, schema in spec.voice().components.items() if name.startswith("callback.")]
    return frozenset(name for schema in events for name in schema["properties"])


def _close(name: str, known: Iterable[str]) -> str:
    folded = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(name.casefold(), folded, 1, 0.75)
    return folded[found[0]] if found else ""


# --- schemas -----------------------------------------------------------------------------------------------------------------


def _properties(schema: Mapping[str, Any], name: Any = None) -> Mapping[str, Any]:
    """Members that an object may have: of all its forms, or of the one of this name."""
    schema = spec.voice().resolve(schema)
    forms = [spec.voice().resolve(form) for form in (*schema.get("oneOf", ()), *schema.get("anyOf", ()))]
    own = [form for form in forms if form.get("properties", {}).get("name", {}).get("const") == name]
    found: dict[str, Any] = dict(schema.get("properties", {}))
    for form in own or forms:
        for member, inner in form.get("properties", {}).items():
            found[member] = inner if member not in found else {}
            for alias in inner.get("x-aliases", ()):
                found[alias] = inner
    if forms and not own and "discriminator" in schema:
        found["name"] = {"enum": list(schema["discriminator"]["mapping"])}
    return found


def _items(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = spec.voice().resolve(schema).get("items", {})
    return found


def _at(properties: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The schema of a member, or of what a path such as ``menuResult.value`` leads to."""
    first, _, rest = name.replace("__", ".").partition(".")
    bare = first.partition("[")[0]
    if bare not in properties:
        return None
    found: Mapping[str, Any] = properties[bare]
    if "[" in first:
        found = _items(found)
    if not rest:
        return found
    inner = _properties(found)
    return _at(inner, rest) if inner else {}
