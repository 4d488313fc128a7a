"""Which sample backend each scenario of the library runs against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from scenario.backends import ivr
from scenario.backends.service import Line, Site, create_app

Factory = Callable[[Site], Flask]


def _line(kind: Callable[..., Line], **details: Any) -> Factory:
    return lambda site: create_app(kind(site, **details))


BACKENDS: Mapping[str, Factory] = {
    "phone-menu-put-through": _line(ivr.Reception),
    "phone-menu-silence": _line(ivr.Reception),
    "phone-menu-wrong-keys": _line(ivr.Reception),
    "phone-menu-sub-menu": _line(ivr.Reception),
    "phone-menu-caller-hangs-up": _line(ivr.Reception),
}
