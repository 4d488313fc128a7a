"""Whatever a backend answers, a verdict comes of it, and it is one of three: a script, an error, or nothing said."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.call import CalloutKind, CallState, Origin
from sinch_voice_emulator.model.party import number, username
from sinch_voice_emulator.model.profile import OBSERVED, STRICT
from sinch_voice_emulator.model.script import Script
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.requests import callout
from sinch_voice_emulator.v1.spec import voice
from sinch_voice_emulator.v1.svaml import Context, Judgement, judge
from v1.svaml_cases import examples

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from([name.partition(".")[2] for name in voice().components if name.startswith(("action.", "instruction."))])
MEMBERS = st.sampled_from(
    sorted(
        {member for schema in voice().components.values() for member in schema.get("properties", {})} | {"badge", "max_digits"}
    )
)
CALLOUTS = ["ttsCallout", "conferenceCallout", "customCallout"]
CALLOUT_MEMBERS = st.sampled_from(
    sorted({member for name in CALLOUTS for member in voice().schema(name[0].upper() + name[1:])["properties"]})
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 20_000)
    | st.floats()
    | st.sampled_from(
        ["", "main", "#tts[x]", "#tts[x", "return(a)", "menu(main)", "return", "1", "*", "+46701740642", "s3://x", "a@b", "10m"]
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)
PART = st.builds(lambda name, rest: {**rest, "name": name}, NAMES, st.dictionaries(MEMBERS, VALUES, max_size=5))
DOCUMENTS = st.fixed_dictionaries(
    {}, optional={"instructions": st.lists(PART, max_size=3) | VALUES, "action": PART | VALUES, "Action": PART}
)
CONTEXTS = st.builds(
    Context,
    event=st.sampled_from(["ice", "ace", "pie", "manage", "dice"]),
    profile=st.sampled_from([OBSERVED, STRICT]),
    origin=st.sampled_from(Origin),
    callout=st.none() | st.sampled_from(CalloutKind),
    state=st.none() | st.sampled_from(CallState),
    dialled=st.sampled_from([None, number("+46701740642"), username("sam")]),
    leg_url=st.booleans(),
)
MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def sound(judgement: Judgement) -> None:
    """A verdict is a script, or errors, or empty: never two of them, never none."""
    outcomes = (isinstance(judgement.script, Script), bool(judgement.errors), judgement.empty)
    assert sum(outcomes) == 1, judgement
    assert all(problem.path.startswith("$") and problem.message for problem in judgement.problems)


@MANY
@given(JSON, CONTEXTS)
def test_any_json(document: Any, context: Context) -> None:
    sound(judge(document, context))


@MANY
@given(DOCUMENTS, CONTEXTS)
def test_almost_svaml(document: Any, context: Context) -> None:
    sound(judge(document, context))


@MANY
@given(st.sampled_from([one["svaml"] for one in examples()]), CONTEXTS)
def test_examples_in_any_context(document: Any, context: Context) -> None:
    sound(judge(document, context))
    assert judge(document, context) == judge(json.loads(json.dumps(document)), context)


@MANY
@given(
    st.fixed_dictionaries(
        {"method": st.sampled_from(CALLOUTS)},
        optional={
            name: st.dictionaries(MEMBERS, VALUES | DOCUMENTS | DOCUMENTS.map(json.dumps), max_size=8) | VALUES
            for name in CALLOUTS
        },
    )
    | JSON
)
def test_any_callout_is_placed_or_refused(body: Any) -> None:
    code = outcome(body)
    assert code in (0, 40001, 40002, 40003)


@MANY
@given(
    st.sampled_from(CALLOUTS),
    st.dictionaries(CALLOUT_MEMBERS, VALUES | DOCUMENTS | DOCUMENTS.map(json.dumps), max_size=6),
)
def test_members_of_any_method_in_any_callout(method: str, members: dict[str, Any]) -> None:
    destination = {"type": "number", "endpoint": "+46701740642"}
    code = outcome({"method": method, method: {"destination": destination, "conferenceId": "ops", **members}})
    assert code in (0, 40001, 40002)


def outcome(body: Any) -> int:
    """The error code a callout request is refused with, 0 when it is taken."""
    account = Account("test")
    try:
        callout(body, account=account, application=Application("k", "s"), region="euc1", forwarded=())
    except ApiError as refusal:
        return refusal.code
    return 0
