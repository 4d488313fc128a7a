"""Which host names the Voice API has, and which region each stands for."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.model.account import REGIONS
from sinch_voice_emulator.v1.hosts import HOSTS, host_name, region_of_host, strange_region


def test_there_are_seven_names() -> None:
    assert len(HOSTS) == 7
    assert sorted(filter(None, HOSTS.values())) == sorted(REGIONS)
    assert [name for name, region in HOSTS.items() if not region] == ["calling.api.sinch.com", "callingapi.sinch.com"]


@pytest.mark.parametrize(
    ("authority", "region"),
    [
        ("calling-euc1.api.sinch.com", "euc1"),
        ("Calling-USE1.api.sinch.com.:8443", "use1"),
        ("calling-apse2.api.sinch.com.", "apse2"),
        ("calling.api.sinch.com:443", ""),
        ("callingapi.sinch.com", ""),
        ("calling-mars1.api.sinch.com", ""),
        ("calling-euc1.api.sinch.com.example.net", ""),
        ("calling-euc1.api.sinch.com:port", ""),
        ("", ""),
    ],
)
def test_the_region_of_a_host(authority: str, region: str) -> None:
    assert region_of_host(authority) == region


def test_addresses_have_names_too() -> None:
    assert [host_name(text) for text in ("[::1]:8080", "[::1]", "127.0.0.1:80")] == ["::1", "::1", "127.0.0.1"]


@pytest.mark.parametrize(
    ("authority", "region"),
    [
        ("calling-xx1.api.sinch.com", "xx1"),
        ("Calling-XX1.API.sinch.com.:443", "xx1"),
        ("calling-euc1.api.sinch.com", ""),
        ("calling.api.sinch.com", ""),
        ("calling-xx1.example.test", ""),
        ("localhost:8080", ""),
        ("", ""),
    ],
)
def test_a_region_that_there_is_not(authority: str, region: str) -> None:
    assert strange_region(authority) == region
