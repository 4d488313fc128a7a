"""The table of ``docs/endpoints.md``, written from ``openapi/voice.yaml``.

``python -m sinch_voice_emulator.api.reference docs/endpoints.md`` rewrites what stands between the page's markers.
"""

from __future__ import annotations

import sys

from sinch_voice_emulator import pages
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.paths import forms_of
from sinch_voice_emulator.v1.spec import Operation


def operations_table() -> str:
    """One table for each tag, one row for each operation, in the document's order."""
    voice = spec.voice()
    blocks = []
    for tag in voice.document["tags"]:
        rows = [_row(operation) for operation in voice.operations() if tag["name"] in operation.definition["tags"]]
        head = [
            f"**{tag['name']}**: {tag['description']}",
            "",
            "| request | what it does | success | refused with |",
            "| --- | --- | --- | --- |",
        ]
        blocks.append("\n".join([*head, *rows]))
    return "\n\n".join(blocks)


def _row(operation: Operation) -> str:
    statuses = [status for status in operation.definition["responses"] if status != "default"]
    good = ", ".join(status for status in statuses if status < "300")
    bad = ", ".join(status for status in statuses if status >= "300")
    return f"| `{operation.method} {operation.path}` | {operation.summary} | {good} | {bad} |"


def forms_table() -> str:
    """Every other path under which an operation is served."""
    rows = ["| documented path | also served |", "| --- | --- |"]
    for operation in spec.voice().operations():
        documented, *others = forms_of(operation.path, operation.method)
        also = ", ".join(f"`{path}`" for path in others)
        rows.append(f"| `{operation.method} {documented}` | {also} |")
    return "\n".join(rows)


GENERATED = {"operations": operations_table, "forms": forms_table}


def rewritten(page: str) -> str:
    """``page`` with its tables written anew."""
    return pages.rewritten(page, GENERATED)


if __name__ == "__main__":
    pages.rewrite(sys.argv[1:], GENERATED)
