"""The tables of ``docs/control-api.md``, written from ``openapi/control.yaml``.

``python -m sinch_voice_emulator.api.control.reference docs/control-api.md`` rewrites what stands between the page's markers.
"""

from __future__ import annotations

import sys

from sinch_voice_emulator import pages
from sinch_voice_emulator.v1 import spec
from sinch_voice_emulator.v1.spec import Operation

_ACCOUNT = "/_emulator/accounts/{account}/"


def operations_table() -> str:
    """One table for each tag, one row for each operation, in the document's order."""
    control = spec.control()
    blocks = []
    for tag in control.document["tags"]:
        rows = [_row(operation) for operation in control.operations() if tag["name"] in operation.definition["tags"]]
        head = [
            f"**{tag['name']}**: {tag['description']}",
            "",
            "| request | what it does | body | query |",
            "| --- | --- | --- | --- |",
        ]
        blocks.append("\n".join([*head, *rows]))
    return "\n\n".join(blocks)


def _row(operation: Operation) -> str:
    path = operation.path.replace(_ACCOUNT, ".../") if operation.path.startswith(_ACCOUNT) else operation.path
    return f"| `{operation.method} {path}` | {operation.summary} | {_body(operation)} | {_query(operation)} |"


def _body(operation: Operation) -> str:
    """The members of a request body, required ones in bold."""
    content = operation.definition.get("requestBody", {}).get("content", {}).get("application/json")
    if not content:
        return ""
    component = spec.control().resolve(content["schema"])
    required = component.get("required", ())
    names = [f"**`{name}`**" if name in required else f"`{name}`" for name in component.get("properties", {})]
    return ", ".join(names) or "an object"


def _query(operation: Operation) -> str:
    parameters = spec.control().document["components"]["parameters"]
    named = [
        parameters[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in operation.definition.get("parameters", ())
    ]
    return ", ".join(f"`{one['name']}`" for one in named if one["in"] == "query")


GENERATED = {"operations": operations_table}


def rewritten(page: str) -> str:
    """``page`` with its tables written anew."""
    return pages.rewritten(page, GENERATED)


if __name__ == "__main__":
    pages.rewrite(sys.argv[1:], GENERATED)
