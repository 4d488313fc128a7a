"""Where callbacks may go."""

from __future__ import annotations

import pytest

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.runtime.addresses import AllowedHosts, host_of, literal
from virtual_world import World


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "::1"),
        ("backend", "10.1.2.3"),
        ("backend", "172.16.0.1"),
        ("backend", "172.31.255.254"),
        ("backend", "192.168.1.1"),
        ("backend", "fd12:3456::1"),
        ("0.0.0.0", "0.0.0.0"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
        ("host.docker.internal", "203.0.113.9"),
        ("HOST.docker.internal.", "203.0.113.9"),
    ],
)
def test_home_is_allowed(host: str, address: str) -> None:
    assert AllowedHosts().objection(host, address) == ""


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "11.0.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8", "100.64.0.1"]
)
def test_everything_else_is_not(address: str) -> None:
    assert "--allow-callback-host" in AllowedHosts().objection(address, address)


def test_the_objection_to_a_name_tells_what_it_stands_for() -> None:
    assert (
        AllowedHosts().objection("example.com", "93.184.216.34").startswith("example.com is 93.184.216.34, and only loopback")
    )


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254"])
@pytest.mark.parametrize("extra", [(), ("*",), ("169.254.0.0/16", "metadata")])
def test_link_local_addresses_are_never_allowed(address: str, extra: tuple[str, ...]) -> None:
    assert "link-local" in AllowedHosts(extra).objection("metadata", address)


@pytest.mark.parametrize("extra", ["8.8.8.8", "8.8.0.0/16", "*", "dns.google", "DNS.Google"])
def test_extra_hosts(extra: str) -> None:
    assert AllowedHosts((extra,)).objection("dns.google", "8.8.8.8") == ""
    assert AllowedHosts().objection("dns.google", "8.8.8.8") != ""


def test_an_extra_name_does_not_open_its_address_to_other_names() -> None:
    assert AllowedHosts(("dns.google",)).objection("other.example", "8.8.8.8") != ""


@pytest.mark.parametrize("extra", ["", "http://example.com", "a b", "203.0.113.0/99", "me@example.com"])
def test_what_is_no_host_is_refused(extra: str) -> None:
    with pytest.raises(BadRequest, match="neither a host name"):
        AllowedHosts((extra,))


@pytest.mark.parametrize(
    ("url", "host"), [("http://a/b", "a"), ("https://[::1]:80/", "::1"), ("http://u:p@Example.com:1/x?y", "example.com")]
)
def test_host_of_a_url(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize("url", ["ftp://a/b", "a/b", "http:///x", "http://[::1/x", "http://a:99999/", "http://a:x/", ""])
def test_what_is_no_callback_url(url: str) -> None:
    with pytest.raises(BadRequest, match="callback URL"):
        host_of(url)


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("0:0::1", "::1"), ("localhost", None)]
)
def test_literal_addresses(host: str, address: str | None) -> None:
    assert literal(host) == address


@pytest.mark.parametrize(
    "url", ["http://[::1/", "http://[::g]/x", "http://127.0.0.1:99999/x", "ftp://127.0.0.1/x", "http:///x"]
)
def test_an_address_that_is_none_is_said_in_a_sentence(url: str) -> None:
    world = World(callback=url)
    world.incoming()
    (attempted, *_) = world.journal("callback.attempted")
    (failed, *_) = world.journal("callback.failed")
    assert attempted.data["error"] == failed.data["error"]
    assert str(failed.data["error"]).startswith(f"callback URL {url} is not ")
