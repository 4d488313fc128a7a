"""The host names of the Voice API and the region each of them stands for (``rest-api.md`` section 1.1)."""

from __future__ import annotations

import re

from sinch_voice_emulator.model.account import REGIONS

CALLING_HOST = "calling.api.sinch.com"
CONFIGURATION_HOST = "callingapi.sinch.com"

HOSTS = {
    CALLING_HOST: "",
    **{f"calling-{region}.api.sinch.com": region for region in REGIONS},
    CONFIGURATION_HOST: "",
}
"""Every host name that clients have compiled in, and its region; ``""`` for the two that name none."""

_REGIONAL = re.compile(r"calling-([^.]*)\.api\.sinch\.com")


def host_name(authority: str) -> str:
    """The name in a Host header or before a colon and a port, in lower case and without its final dot."""
    name, colon, port = authority.rpartition(":")
    bare = name if colon and port.isdigit() else authority
    return bare.strip("[]").lower().removesuffix(".")


def region_of_host(authority: str) -> str:
    """The region that a Host header names, ``""`` when it names none."""
    return HOSTS.get(host_name(authority), "")


def strange_region(authority: str) -> str:
    """The region that a Host header of the platform's form names and that there is not; ``""`` for any other header."""
    name = host_name(authority)
    regional = _REGIONAL.fullmatch(name)
    return regional[1] if regional is not None and name not in HOSTS else ""
