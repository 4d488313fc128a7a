"""A scenario as the text of a file: one step a line, what the backend told and answered below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

_WIDE = 1_000_000
_LONG = 100
_NUMBER = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?")
"""What looks like a number to somebody."""
_HALF = re.compile("[\ud800-\udfff]")
"""Half a surrogate pair, which no file can have."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes every text on one line."""


def _text(dumper: Any, text: str) -> yaml.Node:
    text = _HALF.sub("\ufffd", text)
    style = '"' if "\n" in text else "'" if _NUMBER.fullmatch(text) else None
    node: yaml.Node = dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
    return node


_Dumper.add_representer(str, _text)


def text_of(scenario: Mapping[str, Any], comment: str = "") -> str:
    """The YAML of a scenario."""
    lines = [f"# {line}" for line in comment.splitlines()]
    for name, value in scenario.items():
        if name == "steps":
            lines += ["", "steps:"]
            for step in value:
                lines += _step(step)
        elif isinstance(value, Mapping) and value:
            lines += ["", f"{name}:", *_members(value, "  ")]
        else:
            lines.append(f"{name}: {flow(value)}")
    return "\n".join(lines).lstrip("\n") + "\n"


def flow(value: Any) -> str:
    """A value on one line."""
    text: str = yaml.dump(value, Dumper=_Dumper, default_flow_style=True, width=_WIDE, allow_unicode=True, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _step(step: Mapping[str, Any]) -> list[str]:
    [(word, body)] = step.items()
    short = f"  - {word}: {flow(body)}"
    if not isinstance(body, Mapping) or len(short) <= _LONG:
        return [short]
    return [f"  - {word}:", *_members(body, "      ")]


def _members(value: Mapping[str, Any], indent: str) -> list[str]:
    lines = []
    for name, item in value.items():
        short = f"{indent}{flow(name)}: {flow(item)}"
        nested = isinstance(item, Mapping) and item and name == "phones"
        lines += [f"{indent}{name}:", *_members(item, indent + "  ")] if nested else [short]
    return lines
