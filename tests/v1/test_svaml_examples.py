"""Every SVAML document of the reference is judged as it is marked."""

from __future__ import annotations

import json

import pytest

from sinch_voice_emulator.v1.svaml import judge
from v1.svaml_cases import PROFILES, Case, cases, examples


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in cases()])
def test_example(case: Case) -> None:
    before = json.dumps(case.document)
    judgement = judge(case.document, case.context)
    assert json.dumps(case.document) == before, "the document was changed"
    assert (judgement.script is not None) is case.valid, judgement.problems
    if case.valid:
        assert not judgement.errors
        assert not case.warning or any(case.warning in problem.message for problem in judgement.problems), judgement.problems
    else:
        assert bool(judgement.errors) is not judgement.empty
        assert case.error in (40001, 40003)
    for problem in judgement.problems:
        assert problem.path.startswith("$")
        assert problem.message


def test_every_example_is_judged_in_some_event() -> None:
    """The marks in the file are the manifest: how an example is meant (in which way of judging) and where it is tried."""
    assert len(examples()) == 194
    judged = {case.name.rsplit("-", 2)[0] for case in cases()}
    for example in examples():
        assert example["mode"] in PROFILES
        assert example["name"] in judged
