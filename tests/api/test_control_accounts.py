"""Accounts, applications, numbers, users, rates, profile and settings over the control API."""

from __future__ import annotations

from typing import Any

import pytest

from control_client import CALLER, KEY, NUMBER, Control
from sinch_voice_emulator.api.control import limits
from sinch_voice_emulator.model.profile import PRESETS
from sinch_voice_emulator.runtime.clocks import AccountClock, ManualClock


@pytest.fixture
def control() -> Control:
    return Control()


def test_health_says_what_runs(control: Control) -> None:
    health = control.get("/health")
    assert (health["status"], health["accounts"], health["publicUrl"]) == ("ok", 1, "http://emulator.test")
    assert control.open("HEAD", "/health").data == b""


def test_an_account_with_everything(control: Control) -> None:
    made = control.post(
        "/accounts",
        {
            "name": "team-a",
            "applications": [
                {"key": "key-a", "secret": "c2VjcmV0", "name": "A", "callback": {"primary": "http://127.0.0.1:5000/"}}
            ],
            "numbers": [NUMBER, {"number": "46 70 174", "capability": "sms", "application": None}],
            "users": ["lin"],
            "phones": {"+46701740642": "busy", "user:lin": {"ringsFor": "3s"}},
            "rates": {"currency": "usd", "perMinute": {"46": 0.5}},
            "profile": {"preset": "strict", "default_ring": 20_000},
            "credit": 2.5,
            "blocked": ["+881", "882"],
            "recording": False,
            "region": "use1",
        },
        status=201,
    )
    assert made["applications"] == [
        {"key": "key-a", "secret": "c2VjcmV0", "name": "A", "callback": {"primary": "http://127.0.0.1:5000/", "fallback": None}}
    ]
    assert made["numbers"] == [
        {"number": NUMBER, "capability": "voice", "application": "key-a"},
        {"number": "+4670174", "capability": "sms", "application": None},
    ]
    assert made["settings"] == {"credit": 2.5, "blocked": ["881", "882"], "recording": False, "region": "use1"}
    control.account = "team-a"
    assert control.get("/rates") == {"currency": "USD", "perMinute": {"46": 0.5}}
    assert control.get("/profile")["values"]["default_ring"] == 20_000
    assert control.get("/profile")["preset"] is None
    assert [(phone["endpoint"], phone["behaviour"]["onRing"]) for phone in control.get("/phones")["phones"]] == [
        ("+46701740642", "busy"),
        ("lin", "answers"),
    ]
    control.account = ""
    assert control.get("/accounts/team-a") == made
    assert [account["name"] for account in control.get("/accounts")["accounts"]] == ["default", "team-a"]


def test_an_account_makes_credentials_of_its_own(control: Control) -> None:
    one = control.post("/accounts", {"name": "one"}, status=201)["applications"][0]
    two = control.post("/accounts", {"name": "two"}, status=201)["applications"][0]
    assert one["key"] != two["key"]
    assert one["secret"] != two["secret"]
    assert control.emulator.find_application(one["key"]) is not None


@pytest.mark.parametrize(
    ("body", "status", "says", "at", "nearest"),
    [
        ({"name": ""}, 400, "name should be 1 to 64 letters", "$.name", ""),
        ({"name": "a b"}, 400, "name should be 1 to 64 letters", "$.name", ""),
        ({"name": "default"}, 409, "there is an account 'default' already", "", ""),
        ({"name": "a", "numbrs": []}, 400, "there is no member numbrs here (did you mean numbers?)", "$.numbrs", "numbers"),
        ({"name": "a", "applications": [{"key": KEY.upper()}]}, 409, "is taken by account 'default'", "", ""),
        ({"name": "a", "applications": [{"key": "x"}, {"key": "X"}]}, 409, "stands here twice", "", ""),
        (
            {"name": "a", "applications": [{"callback": {"primary": "ftp://x"}}]},
            400,
            "primary must be an absolute URL",
            "$.applications[0].callback.primary",
            "",
        ),
        ({"name": "a", "numbers": ["none"]}, 400, "a number has digits", "$.numbers[0]", ""),
        (
            {"name": "a", "applications": [{"key": "sales"}], "numbers": [{"number": "1", "application": "sale"}]},
            400,
            "has no application 'sale'",
            "$.numbers[0].application",
            "sales",
        ),
        ({"name": "a", "phones": {"+46": {"ringFor": 1}}}, 400, "has no member 'ringFor'", "$.phones['+46'].ringFor", ""),
        ({"name": "a", "rates": {"currency": "euros"}}, 400, "three letters", "$.rates.currency", ""),
        ({"name": "a", "rates": {"perMinute": {"x": 1}}}, 400, "the prefix 'x'", "$.rates.perMinute", ""),
        ({"name": "a", "profile": "stricter"}, 400, "the preset should be one of", "$.profile", ""),
        ({"name": "a", "profile": {"validatr": "strict"}}, 400, "did you mean validator", "$.profile.validatr", ""),
        ({"name": "a", "credit": -1}, 400, "credit should be 0 or more", "$.credit", ""),
        ({"name": "a", "blocked": ["x"]}, 400, "the first digits of numbers", "$.blocked[0]", ""),
        ({"clock": {"mode": "frozen"}}, 400, "mode should be one of", "$.clock.mode", ""),
        ({"clock": {"time": "noon o'clock"}}, 400, "time should look like 2026-03-01T12:00:00Z", "$.clock.time", ""),
        ({"clock": {"time": "1890-01-01"}}, 400, "from 1970 to 8999", "", ""),
        ({"name": "a", "region": "euc2"}, 400, "did you mean euc1", "$.region", "euc1"),
    ],
)
def test_an_account_that_cannot_be(
    control: Control, body: dict[str, Any], status: int, says: str, at: str, nearest: str
) -> None:
    control.refused("POST", "/accounts", body, status=status, says=says, at=at, nearest=nearest)
    assert list(control.emulator.accounts) == ["default"]


def test_accounts_are_capped() -> None:
    control = Control(max_accounts=2)
    control.post("/accounts", {"name": "a"}, status=201)
    control.refused("POST", "/accounts", {"name": "b"}, status=409, says="raise max-accounts")
    assert control.get("/accounts")["max"] == 2


def test_an_account_without_a_name_gets_one_that_no_other_had(control: Control) -> None:
    control.post("/accounts", {"name": "account-2"}, status=201)
    assert control.post("/accounts", status=201)["name"] == "account-1"
    assert control.open("DELETE", "/accounts/account-1").status_code == 204
    assert control.post("/accounts", {}, status=201)["name"] == "account-3"


def test_an_account_begins_with_a_clock_and_goes_back_to_it() -> None:
    control = Control(clock="real")
    control.emulator._make_clock = AccountClock
    start = {"mode": "manual", "time": "2026-03-01T12:00:00Z"}
    control.account = control.post("/accounts", {"clock": start}, status=201)["name"]
    clock = control.get("/clock")
    assert (clock["mode"], clock["time"]) == ("manual", "2026-03-01T12:00:00.000Z")
    assert control.get("/journal")["entries"][0]["time"] == "2026-03-01T12:00:00.000Z"
    control.post("/clock/advance", {"seconds": 90})
    control.open("PUT", "/clock", {"mode": "real", "speed": 20})
    control.post("/reset")
    again = control.get("/clock")
    assert (again["mode"], again["time"], again["speed"]) == ("manual", "2026-03-01T12:00:00.000Z", 20)
    assert control.get("/journal")["entries"][0]["time"] == "2026-03-01T12:00:00.000Z"


def test_a_clock_that_is_only_stopped_goes_on_after_a_reset(control: Control) -> None:
    control.emulator._make_clock = lambda: AccountClock(0, "real", monotonic=lambda: 5.0)
    control.account = control.post("/accounts", {"clock": {"mode": "manual", "speed": 2}}, status=201)["name"]
    control.post("/clock/advance", {"seconds": 90})
    control.post("/reset")
    clock = control.get("/clock")
    assert (clock["mode"], clock["time"], clock["speed"]) == ("manual", "1970-01-01T00:01:30.000Z", 2)


def test_a_clock_of_somebody_else_cannot_be_set(control: Control) -> None:
    control.emulator._make_clock = lambda: ManualClock(0)
    control.refused("POST", "/accounts", {"clock": {"mode": "manual"}}, status=409, says="cannot be set")
    assert control.post("/accounts", {"clock": {}}, status=201)["name"] == "account-2"


def test_reset_and_delete(control: Control) -> None:
    secret = control.post("/accounts", {"name": "a", "numbers": [NUMBER]}, status=201)["applications"][0]["secret"]
    control.account = "a"
    control.open("DELETE", f"/numbers/{NUMBER}")
    control.post("/api-faults", {"status": 500}, status=201)
    control.post("/applications", {"key": "extra"}, status=201)
    again = control.post("/reset")
    assert (again["epoch"], len(again["numbers"])) == (2, 1)
    assert [one["secret"] for one in again["applications"]] == [secret]
    control.post("/applications", {"key": "extra"}, status=201)
    control.open("DELETE", f"/applications/{again['applications'][0]['key']}")
    assert control.post("/reset")["applications"] == again["applications"]
    assert control.get("/api-faults") == {"faults": []}
    control.account = ""
    assert control.open("DELETE", "/accounts/a").status_code == 204
    control.refused("GET", "/accounts/a", status=404, says="there is no account 'a'")
    control.refused("GET", "/accounts/a/calls", status=404, says="there is no account 'a'")
    control.refused("DELETE", "/accounts/default", status=409, says="the default account cannot be deleted")


def test_applications(control: Control) -> None:
    added = control.post("/applications", {"key": "second", "name": "B"}, status=201)
    assert added["callback"] is None
    target = {"primary": "http://127.0.0.1:1/a", "fallback": "http://127.0.0.1:2/b"}
    changed = control.open("PUT", "/applications/SECOND", {"callback": target})
    assert changed.json == added | {"name": "", "callback": target}
    assert control.get("/applications/second") == changed.json
    assert [one["key"] for one in control.get("/applications")["applications"]] == [KEY, "second"]
    control.post("/numbers", {"number": "+4670", "application": "Second"}, status=201)
    assert control.open("DELETE", "/applications/second").status_code == 204
    assert {"number": "+4670", "capability": "voice", "application": None} in control.get("/numbers")["numbers"]
    control.refused("GET", "/applications/second", status=404, says=f"it has {KEY}")
    control.refused("PUT", "/applications/second", {}, status=404, says="has no application 'second'")
    control.refused("DELETE", "/applications/second", status=404, says="has no application 'second'")


def test_application_keys_are_unique_over_all_accounts(control: Control) -> None:
    control.post("/accounts", {"name": "a", "applications": [{"key": "taken"}]}, status=201)
    control.refused("POST", "/applications", {"key": "TAKEN"}, status=409, says="is taken by account 'a'")


def test_an_application_with_live_calls_stays(control: Control) -> None:
    control.answers_at()
    control.incoming()
    control.refused("DELETE", f"/applications/{KEY}", status=409, says="1 live call(s)")


def test_what_an_account_is_told_is_bounded(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAX_APPLICATIONS", "MAX_USERS", "MAX_PHONES"):
        monkeypatch.setattr(limits, name, 1)
    monkeypatch.setattr(limits, "MAX_NUMBERS", 2)
    control.post("/users", {"name": "lin"}, status=201)
    control.open("PUT", "/phones/+4671", {})
    for path, method, body in (
        ("/applications", "POST", {}),
        ("/users", "POST", {"name": "kim"}),
        ("/phones/+4670", "PUT", {}),
        ("/numbers", "POST", {"number": "+4670"}),
    ):
        control.refused(method, path, body, status=409, says="an account has at most")
    control.post("/users", {"name": "lin"}, status=200)
    control.open("PUT", "/phones/+4671", {"onRing": "busy"})


def test_numbers(control: Control) -> None:
    added = control.post("/numbers", {"number": "0046-70"}, status=201)
    assert added == {"number": "+004670", "capability": "voice", "application": KEY}
    assert added in control.get("/numbers")["numbers"]
    assert control.post("/numbers", {"number": "+00 46 70"}, status=200) == added
    control.refused("POST", "/numbers", {"number": "+"}, status=400, says="a number has digits", at="$.number")
    assert control.open("DELETE", "/numbers/+004670").status_code == 204
    control.refused("DELETE", "/numbers/+004670", status=404, says="does not own '+004670'")
    control.refused("POST", "/numbers", {"number": "+1", "capability": "fax"}, status=400, says="voice", at="$.capability")


def test_users(control: Control) -> None:
    control.post("/users", {"name": "lin"}, status=201)
    assert control.post("/users", {"name": "lin"}, status=200) == {"name": "lin"}
    assert control.get("/users") == {"users": ["lin"]}
    control.refused("DELETE", "/users/lim", status=404, says="did you mean lin", nearest="lin")
    assert control.open("DELETE", "/users/lin").status_code == 204
    control.refused("POST", "/users", {"name": " "}, status=400, says="without blanks around them", at="$.name")


def test_rates(control: Control) -> None:
    changed = control.open("PUT", "/rates", {"perMinute": {"+46": 0.25, "": 1}})
    assert changed.json == control.get("/rates") == {"currency": "EUR", "perMinute": {"46": 0.25, "": 1.0}}
    control.refused("PUT", "/rates", {"perMinute": {"46": -1}}, status=400, says="0 or more", at="$.perMinute.46")


def test_profile(control: Control) -> None:
    assert control.get("/profile")["preset"] == "observed"
    changed = control.open("PATCH", "/profile", {"preset": "documented", "patch_status": 200}).json
    assert changed is not None
    assert changed["values"]["patch_status"] == 200
    assert changed["values"]["callback_content_type"] == PRESETS["documented"].callback_content_type
    assert changed == control.get("/profile")
    assert control.open("PATCH", "/profile", {"preset": "strict"}).json["preset"] == "strict"  # type: ignore[index]
    says = "patch_status should be one of 204, 200"
    control.refused("PATCH", "/profile", {"patch_status": 201}, status=400, says=says, at="$.patch_status")
    control.refused("PATCH", "/profile", {"preset": "lax"}, status=400, says="the preset should be", at="$.preset")


@pytest.mark.parametrize("nothing", ["none", None])
def test_a_switch_that_may_be_empty(control: Control, nothing: object) -> None:
    control.open("PATCH", "/profile", {"timestamp_window": 5, "requests_per_second": 5})
    changed = control.open("PATCH", "/profile", {"timestamp_window": nothing, "requests_per_second": nothing})
    assert changed.status_code == 200
    assert changed.json is not None
    assert [changed.json["values"][name] for name in ("timestamp_window", "requests_per_second")] == [None, None]
    control.refused("PATCH", "/profile", {"default_ring": "none"}, status=400, says="default_ring should", at="$.default_ring")


def test_settings(control: Control) -> None:
    assert control.get("/settings") == {"credit": None, "blocked": [], "recording": True, "region": "euc1"}
    changed = control.open("PATCH", "/settings", {"credit": 0.5, "blocked": ["+46"]})
    assert changed.json == control.get("/settings") == {"credit": 0.5, "blocked": ["46"], "recording": True, "region": "euc1"}
    assert control.open("PATCH", "/settings", {"credit": None}).json == control.get("/settings")
    assert control.get("/settings")["credit"] is None


def test_every_change_is_journalled(control: Control) -> None:
    control.post("/applications", {"key": "b"}, status=201)
    control.post("/numbers", {"number": "+4670"}, status=201)
    control.post("/users", {"name": "lin"}, status=201)
    control.open("PUT", "/rates", {"currency": "SEK"})
    control.open("PATCH", "/profile", {"preset": "strict"})
    control.open("PATCH", "/settings", {"recording": False})
    control.open("PUT", f"/phones/{CALLER}", {})
    control.post("/api-faults", {"status": 429}, status=201)
    kinds = [entry["kind"] for entry in control.get("/journal")["entries"]]
    assert kinds == [
        f"control.{what}" for what in ("application", "number", "user", "rates", "profile", "settings", "phone", "api-fault")
    ]
