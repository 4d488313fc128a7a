"""What answers to callbacks mean: the table "Unusable answers" row by row, and events whose answer does not matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.engine.inputs import AnswerAccepted, AnswerUnusable, ReportFiled, ScriptReceived, Unusable
from sinch_voice_emulator.model.call import Call, CallState, Origin
from sinch_voice_emulator.model.delivery import EventKind
from sinch_voice_emulator.model.party import username
from sinch_voice_emulator.model.profile import OBSERVED, STRICT, BehaviourProfile
from sinch_voice_emulator.model.script import HangUp, Proceed
from sinch_voice_emulator.v1.answers import Answer, Failure, FailureKind, Interpretation, interpret

ICE, ACE, PIE = EventKind.INCOMING, EventKind.ANSWERED, EventKind.INPUT
DICE, NOTIFY = EventKind.ENDED, EventKind.NOTICE
ASKING = (ICE, ACE, PIE)
INFO, WARNING, PROBLEM = Severity.INFO, Severity.WARNING, Severity.PROBLEM

HANGUP = b'{"action":{"name":"hangup"}}'
SAY = b'{"instructions":[{"name":"say","text":"hi"}]}'
REPORT = b'{"instructions":[{"name":"reportCallStatus","value":"FAILURE","details":"noise"}],"action":{"name":"hangup"}}'


def call(state: CallState = CallState.EXECUTING) -> Call:
    return Call("c1", "key", "euc1", Origin.PSTN, 0, dialled=username("sam"), state=state)


def meaning(
    event: EventKind, answer: Answer | Failure | bytes, profile: BehaviourProfile = OBSERVED, about: Call | None = None
) -> Interpretation:
    found = Answer(200, (), answer) if isinstance(answer, bytes) else answer
    return interpret(event, "d1", about or call(), profile, found)


@pytest.mark.parametrize("event", ASKING)
@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Failure(FailureKind.TIMEOUT, "no answer within 5 s"), "no answer within 5 s"),
        (Answer(500, (), HANGUP), "status 500 where 200 is expected"),
        (Answer(302, (), HANGUP), "redirects are not followed"),
        (Answer(199, (), HANGUP), "status 199"),
        (b"OK", "is not JSON (Expecting value at character 1); it begins with 'OK'"),
        (b"\xff\xfe{", "not UTF-8"),
        (b'{"action":{"name":"hangup"},"x":NaN}', "NaN is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"<html>" + b"x" * 100, "it begins with '<html>" + "x" * 34 + "'"),
    ],
)
def test_no_answer(event: EventKind, answer: Answer | Failure | bytes, sentence: str) -> None:
    found = meaning(event, answer)
    assert isinstance(found.input, AnswerUnusable)
    assert (found.input.delivery, found.input.call_id, found.input.kind) == ("d1", "c1", Unusable.FAILED)
    assert sentence in found.input.problem
    assert [problem.message for problem in found.problems] == [found.input.problem]
    assert found.problems[0].severity == "error"
    assert (found.word, found.severity) == ("failed", PROBLEM)


@pytest.mark.parametrize("body", [b"", b" \n", b"null", b"{}", b'""', b'{"action":null,"instructions":[]}', b"\xef\xbb\xbf"])
@pytest.mark.parametrize(
    ("event", "severity", "findings", "then"),
    [(ICE, PROBLEM, ["error"], "nobody says"), (ACE, INFO, [], "continues"), (PIE, WARNING, ["warning"], "hung up")],
)
def test_empty_answer(event: EventKind, body: bytes, severity: Severity, findings: list[str], then: str) -> None:
    found = meaning(event, Answer(204, (), body))
    assert isinstance(found.input, AnswerUnusable)
    assert found.input.kind is Unusable.EMPTY
    assert then in found.input.problem
    assert (found.word, found.severity) == ("empty", severity)
    assert [problem.severity for problem in found.problems] == findings


@pytest.mark.parametrize(
    ("body", "path", "nearest"),
    [
        (b'{"action":{"name":"hangupp"}}', "$.action.name", "hangup"),
        (b'{"action":[{"name":"hangup"},{"name":"hangup"}]}', "$.action", ""),
        (b'{"action":{"name":"connectConf"}}', "$.action.conferenceId", ""),
        (b'{"action":{"name":"park","maxDuration":"soon"}}', None, ""),
        (b"[]", "$", ""),
        (b'"stop"', "$", ""),
    ],
)
@pytest.mark.parametrize("event", ASKING)
def test_illegal_answer(event: EventKind, body: bytes, path: str | None, nearest: str) -> None:
    found = meaning(event, body)
    assert isinstance(found.input, AnswerUnusable)
    assert found.input.kind is Unusable.ILLEGAL
    assert (found.word, found.severity) == ("illegal", PROBLEM)
    assert found.problems[0].severity == "error"
    assert found.input.problem == found.problems[0].message
    assert path is None or found.problems[0].path == path
    assert found.problems[0].nearest == nearest


@pytest.mark.parametrize(("event", "name"), [(ICE, "continue"), (ACE, "connectPstn"), (ACE, "connectSip"), (PIE, "connectMxp")])
def test_legal_but_not_here(event: EventKind, name: str) -> None:
    found = meaning(event, b'{"action":{"name":"%s","destination":{"type":"sip","endpoint":"a@b"}}}' % name.encode())
    assert (found.word, found.severity) == ("illegal", PROBLEM)
    assert "not allowed" in found.problems[0].message


def test_errors_come_before_warnings() -> None:
    body = b'{"unknown":1,"instructions":[{"name":"say","text":"hi","colour":1}],"action":{"name":"hang"}}'
    found = meaning(ICE, body)
    severities = [problem.severity for problem in found.problems]
    assert severities == sorted(severities)
    assert set(severities) == {"error", "warning"}


@pytest.mark.parametrize("event", ASKING)
@pytest.mark.parametrize("headers", [(("content-type", "text/html"),), ()])
def test_a_script(event: EventKind, headers: tuple[tuple[str, str], ...]) -> None:
    found = meaning(event, Answer(202, headers, b"\xef\xbb\xbf " + HANGUP))
    assert isinstance(found.input, ScriptReceived)
    assert (found.input.delivery, found.input.call_id) == ("d1", "c1")
    assert isinstance(found.input.script.action, HangUp)
    assert (found.problems, found.word, found.severity) == ((), "script", INFO)
    assert found.inputs == (found.input,)


def test_instructions_without_an_action() -> None:
    assert meaning(ICE, SAY).word == "illegal"
    for event, action in ((ACE, Proceed), (PIE, HangUp)):
        found = meaning(event, SAY)
        assert isinstance(found.input, ScriptReceived)
        assert isinstance(found.input.script.action, action)
        assert (found.word, found.severity) == ("script", WARNING)
    assert meaning(PIE, SAY, STRICT).word == "illegal"


# --- DICE, Notify, keys in a conference -------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [DICE, NOTIFY])
@pytest.mark.parametrize("body", [b"", b"OK", b'""', b"{}", b"[]", HANGUP, b'{"status":"ok"}', b"\xff"])
def test_any_answer_to_an_event_that_only_tells_is_accepted(event: EventKind, body: bytes) -> None:
    assert meaning(event, body) == Interpretation(AnswerAccepted("d1", "c1"), (), "accepted", INFO)


@pytest.mark.parametrize("event", [DICE, NOTIFY])
def test_a_failure_of_an_event_that_only_tells(event: EventKind) -> None:
    for answer in (Failure(FailureKind.REFUSED, "connection refused"), Answer(404)):
        found = meaning(event, answer)
        assert isinstance(found.input, AnswerAccepted)
        assert (found.word, found.severity) == ("accepted", WARNING)
        assert "the call is not affected" in found.problems[0].message


def test_the_verdict_in_the_answer_to_dice() -> None:
    found = meaning(DICE, REPORT)
    assert found.extra == (ReportFiled("c1", "key", success=False, details="noise"),)
    assert found.inputs == (AnswerAccepted("d1", "c1"), *found.extra)
    assert found.severity is INFO
    assert meaning(NOTIFY, REPORT).extra == ()


def test_a_verdict_that_says_nothing_is_a_warning() -> None:
    found = meaning(DICE, REPORT.replace(b"FAILURE", b"perhaps"))
    assert (found.extra, found.severity) == ((), WARNING)
    assert found.problems[0].path.startswith("$.instructions[0]")


@pytest.mark.parametrize("body", [b"", b"OK", b"{}", b"[]", b'{"status":"ok"}'])
def test_keys_in_a_conference_are_told(body: bytes) -> None:
    found = meaning(PIE, body, about=call(CallState.COLLECTING))
    assert found == Interpretation(AnswerAccepted("d1", "c1"), (), "accepted", INFO)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(200, (), HANGUP), "is ignored"),
        (Answer(200, (), b'{"Instructions":[]}'), "is ignored"),
        (Answer(500), "goes back into the conference"),
        (Failure(FailureKind.BROKEN, "the connection was lost"), "goes back into the conference"),
    ],
)
def test_odd_answers_about_keys_in_a_conference(answer: Answer | Failure, sentence: str) -> None:
    found = meaning(PIE, answer, about=call(CallState.COLLECTING))
    assert isinstance(found.input, AnswerAccepted)
    assert (found.word, found.severity) == ("accepted", WARNING)
    assert sentence in found.problems[0].message


@given(st.sampled_from(EventKind), st.integers(100, 599), st.binary(max_size=60), st.booleans())
def test_nothing_raises(event: EventKind, status: int, body: bytes, collecting: bool) -> None:
    about = call(CallState.COLLECTING if collecting else CallState.EXECUTING)
    found = interpret(event, "d1", about, OBSERVED, Answer(status, (), body))
    assert found.word in ("script", "empty", "failed", "illegal", "accepted")
    assert found.severity is not PROBLEM or found.problems
