"""Requests generated from the document itself: no server error, no answer of an undocumented shape, whatever is asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core import NOT_SET

from control_client import CALLER, KEY, NUMBER, Control, conforms
from sinch_voice_emulator.v1 import spec

SCHEMA = schemathesis.openapi.from_dict(spec.control().document)
FOUND: list[Any] = [found.ok() for found in SCHEMA.get_all_operations()]  # type: ignore[union-attr]  # else it raises
OPERATIONS = [operation for operation in FOUND if not operation.path.endswith("/stream")]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_generated_requests(operation: Any) -> None:
    control = Control()
    control.answers_at()
    known = {
        "account": ["default"],
        "call": [control.incoming(), control.incoming()],
        "delivery": list(control.emulator.account().deliveries),
        "address": [CALLER, NUMBER],
        "key": [KEY],
    }

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), data=st.data())
    def ask(case: Any, data: st.DataObject) -> None:
        path = operation.path
        for name, made_up in (case.path_parameters or {}).items():
            value = data.draw(st.sampled_from([str(made_up), *known.get(name, [])]))
            path = path.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
        query = dict(case.query or {})
        if any(parameter.name == "wait" for parameter in operation.query):
            query["wait"] = "0"
        body = {} if case.body is NOT_SET else {"json": case.body}
        answer = control.client.open(path, method=case.method, query_string=query, **body)
        assert answer.status_code < 500, answer.text
        if "//" not in path and not path.endswith("/"):
            conforms(case.method.upper(), path, answer)

    ask()
