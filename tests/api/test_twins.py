"""Several accounts with one key: whose a request is says what its path names."""

from __future__ import annotations

from typing import Any

import pytest

from api_client import Api, a_callout
from sinch_voice_emulator.api.context import TWIN
from sinch_voice_emulator.engine.inputs import CallArrived
from sinch_voice_emulator.errors import NotFound
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.party import Party, PartyKind, number
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.settings import DEFAULT_KEY, Settings

NUMBER = "+12025550100"


@pytest.fixture
def api() -> Api:
    return Api()


def calls(runtime: AccountRuntime) -> list[str]:
    """The ids of an account's calls."""
    return list(runtime.engine.state.calls)


def call_arrives(api: Api, runtime: AccountRuntime) -> str:
    """Somebody calls a number of this account."""
    for application in runtime.account.applications.values():
        application.callback = api.target()
    arrived = CallArrived(Origin.PSTN, number("+46701740605"), Party(PartyKind.DID, NUMBER), "+46701740605", "", "", "", ())
    call_id = runtime.submit(arrived)
    assert call_id is not None
    return call_id


def callout_for(api: Api, account: str, body: object = None) -> str:
    """A callout that says which account it is meant for; the id of its call."""
    sent: dict[str, Any] = {"json": body or a_callout(), "headers": api.headers(), "environ_overrides": {TWIN: account}}
    answer: Any = api.client.post("/calling/v1/callouts", **sent).json
    return str(answer["callId"])


def requests_of(runtime: AccountRuntime) -> list[str]:
    """What an account's journal says was asked of it."""
    entries = runtime.journal.read(limit=1_000).entries
    return [f"{one.data['method']} {one.data['path']}" for one in entries if one.kind in ("api.request", "api.refused")]


def test_a_twin_has_the_keys_and_numbers_of_its_original_and_calls_of_its_own(api: Api) -> None:
    original = api.emulator.account()
    first, second = api.emulator.create_twin(), api.emulator.create_twin()
    assert first.account.applications.keys() == original.account.applications.keys()
    assert first.account.applications[DEFAULT_KEY] is not original.account.applications[DEFAULT_KEY]
    assert first.account.numbers == original.account.numbers
    ids = [call_arrives(api, one) for one in (original, first, second)]
    assert len(set(ids)) == 3


def test_a_request_that_names_a_call_belongs_to_the_twin_that_has_it(api: Api) -> None:
    first, second = api.emulator.create_twin(), api.emulator.create_twin(takes_callouts=True)
    for runtime in (second, first, api.emulator.account()):
        call_id = call_arrives(api, runtime)
        assert api.get(f"/calling/v1/calls/id/{call_id}").json["callId"] == call_id
        assert requests_of(runtime) == [f"GET /calling/v1/calls/id/{call_id}"]


def test_a_callout_belongs_to_the_twin_that_awaits_one(api: Api) -> None:
    first, second = api.emulator.create_twin(), api.emulator.create_twin(takes_callouts=True)
    call_id = api.place_callout()
    assert calls(second) == [call_id]
    api.emulator.delete_account(second.name)
    call_id = api.place_callout()
    assert calls(first) == [call_id]
    api.emulator.delete_account(first.name)
    call_id = api.place_callout()
    assert calls(api.emulator.account()) == [call_id]
    assert not api.emulator.twins


def test_a_conference_belongs_to_the_twin_in_which_somebody_is_in_it(api: Api) -> None:
    first, second = api.emulator.create_twin(), api.emulator.create_twin()
    callout_for(api, second.name, a_callout("conferenceCallout", text=None, conferenceId="standup"))
    api.clock.set(api.clock.now() + 60_000)
    second.fire_due()
    assert [room.name for room in second.engine.state.conferences] == ["standup"]
    assert len(api.get("/calling/v1/conferences/id/standup").json["participants"]) == 1
    assert api.get("/calling/v1/conferences/id/other").status_code == 404
    assert requests_of(first) == ["GET /calling/v1/conferences/id/other"]


def test_a_client_in_this_process_says_whose_request_it_is(api: Api) -> None:
    first, second = api.emulator.create_twin(), api.emulator.create_twin(takes_callouts=True)
    for name, runtime in ((first.name, first), (second.name, second), ("default", api.emulator.account())):
        call_id = callout_for(api, name)
        assert calls(runtime) == [call_id]


def test_a_request_with_a_wrong_secret_is_in_the_journal_of_the_twin(api: Api) -> None:
    twin = api.emulator.create_twin()
    call_id = call_arrives(api, twin)
    answer = api.client.get(f"/calling/v1/calls/id/{call_id}", auth=(DEFAULT_KEY, "d3Jvbmc="))
    assert answer.status_code == 401
    assert requests_of(twin) == [f"GET /calling/v1/calls/id/{call_id}"]
    assert requests_of(api.emulator.account()) == []


def test_requests_that_nobody_signs_find_their_twin_too() -> None:
    api = Api(auth=False)
    twin = api.emulator.create_twin()
    call_id = call_arrives(api, twin)
    assert api.client.get(f"/calling/v1/calls/id/{call_id}", auth=(DEFAULT_KEY, "")).status_code == 200
    assert api.client.get(f"/calling/v1/calls/id/{call_id}").status_code == 404, "without a key it is the default account's"


def test_twins_end_with_their_original_and_do_not_count_as_accounts() -> None:
    api = Api(settings=Settings(max_accounts=2))
    seed = api.emulator.settings.account("other")
    seed.applications.clear()
    other = api.emulator.create_account(seed)
    twins = [api.emulator.create_twin("other") for _ in range(3)]
    assert [one.name for one in twins] == ["other-run-1", "other-run-2", "other-run-3"]
    api.emulator.delete_account("other")
    assert all(one.closed for one in (other, *twins))
    assert list(api.emulator.accounts) == ["default"]
    with pytest.raises(NotFound, match="there is no account 'other'"):
        api.emulator.create_twin("other")
