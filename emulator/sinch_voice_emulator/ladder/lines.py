"""What each kind of journal entry says: a function from its data to (who, text), in one table.

``leg`` is the name of the leg the entry is about: ``caller``, ``callee`` ...; ``call`` when it is about none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sinch_voice_emulator.ladder.svaml import EMPTY, parsed, quoted, summary

Data: TypeAlias = Mapping[str, Any]
Said: TypeAlias = "tuple[str, str] | None"
Describe: TypeAlias = Callable[[str, Data, str], Said]


def party(value: object) -> str:
    """A party as people write it: ``+46...``, ``lin``, ``sip 7001@pbx``."""
    if isinstance(value, Mapping):
        kind, endpoint = str(value.get("type", "")), str(value.get("endpoint", ""))
        return endpoint if kind in ("number", "did", "username", "") else f"{kind} {endpoint}"
    return str(value) if value else "somebody"


def seconds(value: object) -> str:
    """Milliseconds as ``1.3 s``."""
    return f"{value / 1000:.1f} s" if isinstance(value, int | float) else ""


def heard(data: Data) -> str:
    """What prompts say, one after the other."""
    prompts = data.get("prompts")
    texts = [quoted(str(one.get("text", "")) if isinstance(one, Mapping) else str(one)) for one in prompts or []]
    length = seconds(data.get("length_ms"))
    return " ".join(texts) + (f" ({length})" if length else "")


def details(data: Data, *names: str) -> str:
    """Some of the data as ``name value``, those that are there."""
    return ", ".join(f"{name} {data[name]}" for name in names if data.get(name) not in (None, ""))


def anything(kind: str, data: Data, leg: str) -> Said:
    """An entry of a kind without a line of its own: its name and its data, without what is empty."""
    if isinstance(data.get("text"), str):
        return leg, data["text"]
    shown = ", ".join(f"{key} {_shown(value)}" for key, value in data.items() if value not in (None, ""))
    return leg, f"{kind}{': ' + shown if shown else ''}"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _created(_kind: str, data: Data, _leg: str) -> Said:
    origin = str(data.get("origin", ""))
    to = party(data.get("to") or data.get("dialled"))
    if origin == "server":
        return "platform", f"calls {to}{_for(data.get('callout'))}"
    return "caller", f"{party(data.get('caller') or data.get('from') or data.get('cli'))} calls {to}{_over(origin)}"


def _for(callout: object) -> str:
    words = {"speech": "to speak a text", "conference": "into a conference", "custom": "as the backend says"}
    return f" {words[callout]}" if isinstance(callout, str) and callout in words else ""


def _over(origin: str) -> str:
    words = {"pstn": "by phone", "sip": "over SIP", "app": "from the app"}
    return f" {words[origin]}" if origin in words else ""


def _ended(_kind: str, data: Data, _leg: str) -> Said:
    bill = (
        f"{data.get('debit', 0):.4f} {data.get('currency', '')}".rstrip() if isinstance(data.get("debit"), int | float) else ""
    )
    answered = data.get("result") == "ANSWERED" and data.get("duration") is not None
    length = f"{data['duration']} s" if answered else ""
    rest = ", ".join(part for part in (length, bill) if part)
    return "call", f"ended: {data.get('result', '?')} / {data.get('reason', '?')}{', ' + rest if rest else ''}"


def _event(data: Data) -> str:
    return str(data.get("event", "callback")).upper()


def _queued(_kind: str, data: Data, _leg: str) -> Said:
    """A callback leaves. A notification says what about, the other events are explained by the lines around them."""
    body = parsed(data.get("body"))
    about = f" {body['type']}" if isinstance(body, Mapping) and body.get("event") == "notify" and body.get("type") else ""
    return "backend", f"-> {_event(data)}{about}"


def _attempted(_kind: str, data: Data, _leg: str) -> Said:
    """Only an attempt that failed has a line: the outcome of the last one is told by the line of the answer."""
    status = data.get("status")
    if not data.get("error") and (not isinstance(status, int) or 200 <= status < 300):
        return None
    return "backend", f"-> {_event(data)} to {data.get('url', 'the backend')}: {data.get('error') or status}"


def _answered(_kind: str, data: Data, _leg: str) -> Said:
    status = data.get("status")
    said = summary(data.get("body", ""))
    if isinstance(status, int) and not 200 <= status < 300:
        said = f"{status} {said}"
    elif data.get("event") in ("dice", "notify"):
        said = "ok" if said == EMPTY else f"ok, {said}"
    problem = f": {data['problem']}" if data.get("problem") else ""
    return "backend", f"<- {said}{problem}"


def _failed(_kind: str, data: Data, _leg: str) -> Said:
    why = data.get("error") or data.get("problem") or "no usable answer"
    return "backend", f"<- no answer to {_event(data)}: {why}"


def _discarded(_kind: str, data: Data, _leg: str) -> Said:
    return "backend", f"<- the answer is discarded: {data.get('why') or data.get('text') or 'it came too late'}"


def _problem(_kind: str, data: Data, _leg: str) -> Said:
    where = f"{data['path']}: " if data.get("path") else ""
    message = str(data.get("message") or "is not right")
    near = str(data.get("nearest") or "")
    hint = f" (did you mean {near}?)" if near and near not in message else ""
    return "backend", f"SVAML {where}{message}{hint}"


def _menu_result(_kind: str, data: Data, _leg: str) -> Said:
    value = f" {data['value']}" if data.get("value") else ""
    return "platform", f"menu {data.get('menu', '')}: {data.get('type', '')}{value}"


def _leg_ended(_kind: str, data: Data, leg: str) -> Said:
    return leg, f"is gone{': ' + str(data['why']) if data.get('why') else ''}"


def _stubbed(_kind: str, data: Data, _leg: str) -> Said:
    return (
        "backend",
        f"-> {data.get('method', '')} {data.get('path', '')}: {data.get('status', '')} by stub {data.get('stub', '')}",
    )


def _tones(_kind: str, data: Data, leg: str) -> Said:
    return leg, f"hears the tones {data.get('tones', '')}"


def _refused(_kind: str, data: Data, _leg: str) -> Said:
    why = f" ({data['why']})" if data.get("why") else ""
    request = f"{data.get('method', '')} {data.get('path', '')}".strip() or "a request"
    return "platform", f"refuses {request}: {data.get('status', '')} {data.get('message', '')}{why}"


def _fault(_kind: str, data: Data, _leg: str) -> Said:
    """The network fails because a test has ordered that."""
    kind, event = str(data.get("fault_kind", "")), _event(data)
    path, length = data.get("path", ""), seconds(data.get("milliseconds"))
    written = {
        "drop": f"loses {event}",
        "delay": f"holds {event} back for {length}",
        "duplicate": f"delivers {event} {1 + int(data.get('copies') or 1)} times",
        "reorder": f"lets the next callback overtake {event}, for {length} at most",
        "alter": f"{'alters' if 'was' in data else 'adds'} {path} of {event}: {_shown(data.get('value'))}",
        "bad-signature": f"spoils the signature of {event} ({data.get('signature', '')})",
        "slow-answer": f"holds the answer to {event} back for {length}",
        "refused": f"refuses the connection for {event}",
        "reset": f"breaks the connection off before the answer to {event}",
        "status": f"answers {event} with {data.get('status', '')} itself",
        "garbage": f"garbles the answer to {event}",
    }
    return "network", f"{written.get(kind, f'fails on {event} ({kind})')} (fault {data.get('fault', '?')})"


KINDS: dict[str, Describe] = {
    "call.created": _created,
    "call.ended": _ended,
    "leg.dialled": lambda _kind, data, leg: (leg, f"{party(data.get('to'))} is dialled{_shown_cli(data)}"),
    "leg.ringing": lambda _kind, _data, leg: (leg, "rings"),
    "leg.answered": lambda _kind, _data, leg: (leg, "answers" if leg != "caller" else "is answered"),
    "leg.ended": _leg_ended,
    "prompt.started": lambda _kind, data, leg: (leg, f"hears {heard(data)}"),
    "prompt.unheard": lambda _kind, data, _leg: ("platform", f"plays to nobody: {heard(data)}"),
    "prompt.ended": lambda _kind, data, _leg: ("platform", f"prompt cut by {data['cut_by']}") if data.get("cut_by") else None,
    "keys.pressed": lambda _kind, data, leg: (leg, f"presses {data.get('keys', '')}"),
    "words.spoken": lambda _kind, data, leg: (leg, f"says {quoted(str(data.get('text', '')))}"),
    "tones.sent": _tones,
    "menu.entered": lambda _kind, data, _leg: ("platform", f"runs menu {data.get('menu', '')}".rstrip()),
    "menu.result": _menu_result,
    "cookie.set": lambda _kind, data, _leg: ("platform", f"cookie {data.get('key', '')}={data.get('value', '')}"),
    "conference.joined": lambda _kind, data, _leg: ("call", f"joins the conference {_room(data)}".rstrip()),
    "conference.left": lambda _kind, data, _leg: ("call", f"leaves the conference {_room(data)}".rstrip()),
    "recording.started": lambda _kind, data, _leg: ("platform", f"recording starts: {data.get('key', '')}"),
    "recording.ended": lambda _kind, data, _leg: ("platform", f"recording ends: {seconds(data.get('length_ms'))}"),
    "amd.result": lambda _kind, data, _leg: ("platform", f"answering machine detection: {details(data, 'status', 'reason')}"),
    "amd.beep": lambda _kind, _data, leg: (leg, "the answering machine beeps"),
    "conference.ended": lambda _kind, data, _leg: ("platform", f"the conference {_room(data)} is over"),
    "conference.changed": lambda _kind, data, _leg: ("call", _changed(data)),
    "moh.started": lambda _kind, data, leg: (leg, f"hears music on hold {data.get('moh', '')}".rstrip()),
    "moh.ended": lambda _kind, _data, _leg: None,
    "tones.forwarded": lambda _kind, data, leg: (leg, f"is heard by the others: {data.get('tones', '')}"),
    "recording.deleted": lambda _kind, data, _leg: ("platform", f"recording deleted: {data.get('key', '')}"),
    "call.managed": lambda _kind, data, _leg: ("backend", f"-> PATCH {data.get('action', '')}".rstrip()),
    "call.reported": lambda _kind, data, _leg: ("backend", f"reports {details(data, 'status', 'details')}"),
    "api.refused": _refused,
    "stub.answered": _stubbed,
    "callback.queued": _queued,
    "callback.inline": lambda _kind, data, _leg: ("backend", f"{_event(data)} was answered in the callout itself"),
    "callback.attempted": _attempted,
    "callback.answered": _answered,
    "callback.failed": _failed,
    "callback.discarded": _discarded,
    "svaml.problem": _problem,
    "fault.fired": _fault,
    "remark": lambda _kind, data, leg: (leg if leg != "call" else "platform", str(data.get("text", ""))),
}
"""What a kind says; ``None`` from its function: no line."""


def _shown_cli(data: Data) -> str:
    return f", CLI {data['cli']}" if data.get("cli") else ""


def _changed(data: Data) -> str:
    """What the conference did to a participant."""
    if "muted" in data:
        return "is muted" if data["muted"] else "is unmuted"
    music = f" with {data['moh']}" if data.get("moh") else ""
    return f"is put on hold{music}" if data.get("onhold") else "is taken off hold"


def _room(data: Data) -> str:
    return str(data.get("conference") or data.get("room") or data.get("name") or "")
