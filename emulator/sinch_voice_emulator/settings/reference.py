"""The tables of ``docs/configuration.md``, written from the options themselves.

``python -m sinch_voice_emulator.settings.reference docs/configuration.md`` rewrites what stands between the page's markers.
"""

from __future__ import annotations

import sys

from sinch_voice_emulator import pages
from sinch_voice_emulator.model.profile import DOCUMENTED, NONE, OBSERVED, STRICT
from sinch_voice_emulator.settings.fidelity import describe, switches
from sinch_voice_emulator.settings.options import CONFIG, OPTIONS, Option


def options_table() -> str:
    """One row for each option."""
    rows = ["| flag | environment | file | default | what it does |", "| --- | --- | --- | --- | --- |"]
    rows += [_option_row(option) for option in (CONFIG, *OPTIONS)]
    return "\n".join(rows)


def _option_row(option: Option) -> str:
    flag = f"`{option.flag} {option.metavar}`" if option.metavar else f"`{option.flag}` / `--no-{option.name}`"
    environment = f"`{option.variable}`" + (f", `{option.alias}`" if option.alias else "")
    key = "" if option is CONFIG else f"`{option.name}`"
    default = option.default if option.default in ("none", "bottomless", "the first listener") else f"`{option.default}`"
    text = option.help + (" Repeatable." if option.repeatable else "")
    return f"| {flag} | {environment} | {key} | {default} | {text} |"


def switches_table() -> str:
    """One row for each switch of the behaviour profile, with its value in each preset."""
    rows = ["| switch | can be | observed | documented | strict |", "| --- | --- | --- | --- | --- |"]
    for name, hint in switches().items():
        values = [_shown(getattr(profile, name)) for profile in (OBSERVED, DOCUMENTED, STRICT)]
        documented, strict = (value if value != values[0] else "" for value in values[1:])
        rows.append(f"| `{name}` | {describe(hint)} | {values[0]} | {documented} | {strict} |")
    return "\n".join(rows)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else NONE if value is None else str(value)


GENERATED = {"options": options_table, "switches": switches_table}


def rewritten(page: str) -> str:
    """``page`` with its tables written anew."""
    return pages.rewritten(page, GENERATED)


if __name__ == "__main__":
    pages.rewrite(sys.argv[1:], GENERATED)
