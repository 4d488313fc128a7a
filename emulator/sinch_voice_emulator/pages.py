"""Pages of the documentation whose tables are written from the code or the OpenAPI documents they describe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path


def rewritten(page: str, generated: Mapping[str, Callable[[], str]]) -> str:
    """``page`` with each ``<!-- generated: NAME -->`` ... ``<!-- end -->`` block filled in anew."""
    for name, make in generated.items():
        pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        table = make()
        page = pattern.sub(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", page)  # type: ignore[misc]
    return page


def rewrite(names: Iterable[str], generated: Mapping[str, Callable[[], str]]) -> None:
    """Rewrite the files of these names."""
    for name in names:
        Path(name).write_text(rewritten(Path(name).read_text(), generated))
