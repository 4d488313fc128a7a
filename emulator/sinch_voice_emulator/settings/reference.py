"""The tables of ``docs/configuration.md``, written from the options themselves.

``python -m sinch_voice_emulator.settings.reference docs/configuration.md`` rewrites what stands between the page's markers.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sinch_voice_emulator.model.profile import DOCUMENTED, OBSERVED, STRICT
from sinch_voice_emulator.settings.fidelity import NONE, describe, switches
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
    """``page`` with each ``<!-- generated: NAME -->`` ... ``<!-- end -->`` block filled in anew."""
    for name, make in GENERATED.items():
        pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        table = make()
        page = pattern.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", page)  # type: ignore[misc]
    return page


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(rewritten(Path(name).read_text()))
