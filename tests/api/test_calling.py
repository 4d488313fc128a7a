"""Traffic management over HTTP: who finds which call and room, what is remembered, what is refused and why."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from api_backend import Backend, connect
from api_client import Answer, Api, a_callout
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.call import Origin
from sinch_voice_emulator.model.party import username
from sinch_voice_emulator.settings import DEFAULT_KEY, DEFAULT_SECRET

OTHER_KEY = "22222222-2222-4333-8444-555555555555"
OTHER = "Basic " + base64.b64encode(f"{OTHER_KEY}:{DEFAULT_SECRET}".encode()).decode()
HANG_UP = connect("hangup")


@pytest.fixture
def api() -> Api:
    api = Api()
    api.emulator.account().account.add_application(Application(OTHER_KEY, DEFAULT_SECRET))
    return api


def joined(api: Api, prefix: str = "", room: str = "daily") -> str:
    """A callout that is in a conference of a region."""
    callout = a_callout("conferenceCallout", conferenceId=room, text=None)
    call_id = str(api.post(f"{prefix}/calling/v1/callouts", callout).json["callId"])
    api.advance(3)
    return call_id


def members(answer: Answer) -> list[str]:
    return [one["id"] for one in answer.json["participants"]]


def room_at(prefix: str = "", rest: str = "") -> str:
    return f"{prefix}/calling/v1/conferences/id/daily{rest}"


def test_the_same_name_in_two_regions_is_two_rooms(api: Api) -> None:
    here, there = joined(api), joined(api, "/use1")
    assert members(api.get(room_at("/euc1"))) == [here]
    assert members(api.get(room_at("/use1"))) == [there]
    assert members(api.get(room_at())) == [here], "the default region's comes first"
    api.refuses(api.get(room_at("/sae1")), 404, 40400)
    assert "there is one in euc1, use1" in api.last_request()["why"]
    assert api.delete(room_at()).status_code == 204
    assert members(api.get(room_at())) == [there], "region-less looks everywhere"


def test_a_participant_is_found_in_whatever_region_its_room_is(api: Api) -> None:
    here, there = joined(api), joined(api, "/use1")
    for call_id in (here, there):
        assert api.patch(room_at(rest=f"/{call_id}"), {"command": "mute"}).status_code == 200
    assert [api.get(room_at(region)).json["participants"][0]["muted"] for region in ("/euc1", "/use1")] == [True, True]
    api.refuses(api.patch(room_at("/euc1", f"/{there}"), {"command": "mute"}), 404, 40400, "Call not found")
    assert api.delete(room_at(rest=f"/{there}")).status_code == 200
    api.refuses(api.get(room_at("/use1")), 404, 40400)


def test_a_region_less_look_up_can_be_kept_to_the_default_region() -> None:
    api = Api(region_less_lookup="default-region")
    there = joined(api, "/use1")
    api.refuses(api.get(room_at()), 404, 40400)
    api.refuses(api.get(f"/calling/v1/calls/id/{there}"), 404, 40400, "Call not found")
    assert "lives in region use1" in api.last_request()["why"]


def test_another_application_sees_neither_calls_nor_rooms_nor_recordings(api: Api) -> None:
    backend = Backend(api, ice={"instructions": [{"name": "startRecording"}], **connect("park")})
    recorded = backend.arrive()
    backend.run(2)
    backend.hang_up(recorded)
    (recording,) = api.get("/calling/v1/recording").json
    assert api.get("/calling/v1/recording", authorization=OTHER).json == []
    call_id = joined(api)
    call, key = f"/calling/v1/calls/id/{call_id}", recording["key"]
    for method, path, body in (
        ("GET", call, None),
        ("PATCH", call, HANG_UP),
        ("PATCH", f"{call}/leg/both", HANG_UP),
        ("POST", f"/calling/v1/callreport/callId/{call_id}", {"status": "Success"}),
        ("GET", room_at(), None),
        ("DELETE", room_at(), None),
        ("PATCH", room_at(rest=f"/{call_id}"), {"command": "mute"}),
        ("DELETE", room_at(rest=f"/{call_id}"), None),
        ("GET", f"/calling/v1/recording/{key}", None),
        ("DELETE", f"/calling/v1/recording/{key}", None),
    ):
        api.refuses(api.open(path, method, json=body, authorization=OTHER), 404, 40400)
        assert api.last_request()["why"]
    assert api.get(call).json["status"] == "ONGOING"
    assert api.get(f"/calling/v1/recording/{key}").mimetype == "audio/wav"


def test_an_ended_call_is_shown_and_reported_on_but_not_managed(api: Api) -> None:
    call_id = api.place_callout()
    path = f"/calling/v1/calls/id/{call_id}"
    assert api.patch(path, HANG_UP).status_code == 204
    for where in (path, f"{path}/leg/caller"):
        api.refuses(api.patch(where, HANG_UP), 404, 40400, "Call not found")
        assert api.last_request()["why"] == f"call {call_id} has ended (NOANSWER, MANAGERHANGUP)"
    assert api.get(path).json["status"] == "FINAL"
    assert api.post(f"/calling/v1/callreport/callId/{call_id}", {"status": "failure", "details": "x" * 99}).status_code == 201


def test_a_call_between_apps_cannot_be_managed(api: Api) -> None:
    api.emulator.account().account.users |= {"alice", "bob"}
    backend = Backend(api, ice=connect("connectMxp"))
    call_id = backend.arrive(Origin.APP, username("bob"))
    backend.run(5)
    api.refuses(api.patch(f"/calling/v1/calls/id/{call_id}", HANG_UP), 400, 40003, "Invalid request")
    assert "telephone network" in api.last_request()["why"]


SAY = {"instructions": [{"name": "say", "text": "Two minutes remain."}]}
WAITING = ["waiting for the answer to ICE", "dialling", "waiting for the answer to ACE", "waiting for the answer to PIE"]


def a_call_that_is(api: Api, state: str) -> str:
    """An incoming call on its way through dialling and a menu, stopped in this state."""
    menu = connect("runMenu", menus=[{"id": "main", "maxDigits": 1}])
    backend = Backend(api, ice=menu if "PIE" in state else connect("connectPstn", number="+46701740642"))
    if "ICE" in state:
        backend.settle = lambda: None  # type: ignore[method-assign]
    call_id = backend.arrive()
    if state != "dialling":
        api.advance(60)
    return call_id


@pytest.mark.parametrize("state", WAITING)
@pytest.mark.parametrize("document", [SAY, connect("connectPstn", number="+46701740642"), connect("fly"), {}, []])
def test_a_patch_that_has_to_wait_is_no_mistake(api: Api, state: str, document: object) -> None:
    path = f"/calling/v1/calls/id/{a_call_that_is(api, state)}"
    api.refuses(api.patch(path, document), 400, 40003, "Invalid request")
    noted = api.emulator.account().journal.read().entries[-1]
    assert (noted.kind, noted.severity.value) == ("api.request", "info")
    assert str(noted.data["why"]).startswith(f"a management request is not possible while the call is {state}: wait")
    assert api.patch(path, {"Action": {"NAME": "HangUp"}}).status_code == 204


@pytest.mark.parametrize("instruction", [{"name": "sendDtmf", "value": "1"}, {"name": "setCookie", "key": "a", "value": "b"}])
def test_a_leg_only_hears(api: Api, instruction: dict[str, str]) -> None:
    backend = Backend(api, ice=connect("connectPstn", number="+46701740642"), ace=connect("continue"))
    call_id = backend.arrive()
    backend.run(5)
    leg = f"/calling/v1/calls/id/{call_id}/leg/callee"
    api.refuses(api.patch(leg, {"instructions": [instruction]}), 400, 40003, "Invalid request")
    assert "which hears playFiles and say only" in api.last_request()["why"]
    assert api.patch(leg, {"instructions": [{"name": "say", "text": "Two minutes remain."}]}).status_code == 200
    assert not {"tones.sent", "cookie.set"} & {entry.kind for entry in backend.account.journal.read().entries}


@pytest.mark.parametrize("prefix", ["", "/euc1", "/EUC1"])
@pytest.mark.parametrize(
    ("room", "spelt"), [("a/b", "a%2Fb"), ("a/b", "a%2fb"), ("/", "%2F"), ("a%2Fb", "a%252Fb"), ("/å/", "%2F%C3%A5%2F")]
)
def test_a_slash_in_a_name_separates_nothing(api: Api, prefix: str, room: str, spelt: str) -> None:
    call_id = joined(api, prefix, room)
    path = f"{prefix}/calling/v1/conferences/id/{spelt}"
    assert members(api.get(path)) == members(api.get(f"{path}/")) == [call_id]
    assert api.patch(f"{path}/{call_id}", {"command": "mute"}).status_code == 200
    api.refuses(api.delete(path.replace("id/", "id%2F")), 404, 40400, "Requested resource not found")
    assert api.delete(path).status_code == 204
    api.refuses(api.get(path), 404, 40400, f"No such ongoing conference '{room}' in the application's context")


@pytest.mark.parametrize(
    "path", ["/calling/v1/recording", "/calling/v1/recording/", "/v1/recording/", "/calling/v1/recording/%20"]
)
def test_a_recording_without_a_key_is_not_deleted(api: Api, path: str) -> None:
    api.refuses(api.delete(path), 400, 40002, "No key specified")


def test_headers_travel_with_the_callbacks(api: Api) -> None:
    backend = Backend(api, ice=HANG_UP)
    sent = {f"X-CB-Trace-{number}": f"v{number}" for number in range(7)}
    callout = a_callout("customCallout", destination=None, text=None)
    assert api.post("/calling/v1/callouts", callout, headers=sent).status_code == 200
    backend.settle()
    for delivery in backend.account.deliveries.values():
        assert [(name.lower(), value) for name, value in delivery.forwarded_headers] == [
            (f"x-cb-trace-{number}", f"v{number}") for number in range(5)
        ]


@pytest.mark.parametrize(("name", "value"), [("X-CB-" + "a" * 28, "v"), ("X-CB-Trace", "v" * 129), ("X-CB-Trace", "å")])
def test_headers_that_cannot_travel_are_refused(api: Api, name: str, value: str) -> None:
    api.refuses(api.post("/calling/v1/callouts", a_callout(), headers={name: value}), 400, 40001)
    assert "characters" in api.last_request()["why"] or "ASCII" in api.last_request()["why"]


def test_the_journal_has_the_body_and_what_was_odd_about_it(api: Api) -> None:
    request = a_callout(colour="blue")
    assert api.post("/calling/v1/callouts", request).status_code == 200
    noted = api.last_request()
    assert noted["body"] == request
    assert noted["remarks"] == [{"path": "$.ttsCallout", "message": "unknown property colour"}]


def test_recordings_are_listed_by_page_and_time(api: Api) -> None:
    backend = Backend(api, ice={"instructions": [{"name": "startRecording"}], **connect("park")})
    for _ in range(3):
        recorded = backend.arrive()
        backend.run(60)
        backend.hang_up(recorded)
    listed = api.get("/calling/v1/recording").json
    times = [one["createdOn"] for one in listed]
    assert times == sorted(times)
    assert len(set(times)) == 3
    assert api.get("/calling/v1/recording?page=2&pageSize=2").json == listed[2:]
    assert api.get(f"/calling/v1/recording?from={times[1]}&to={times[2]}").json == listed[1:2]
    for one in listed:
        assert one["url"] == f"http://localhost/calling/v1/recording/{one['key']}"
        assert api.delete(one["url"]).status_code == 204
    assert api.get("/calling/v1/recording/").json == []


@pytest.mark.parametrize("name", ["a b.wav", "50%2F.wav", "å?#+&.wav", "a\nb.wav"])
def test_the_address_of_a_recording_can_be_fetched_whatever_its_name(api: Api, name: str) -> None:
    record = {"name": "startRecording", "options": {"destinationUrl": f"sdrive://{name}"}}
    backend = Backend(api, ice={"instructions": [record], **connect("park")})
    recorded = backend.arrive()
    backend.run(2)
    backend.hang_up(recorded)
    (listed,) = api.get("/calling/v1/recording").json
    assert listed["key"] == name
    assert listed["url"] == f"http://localhost/calling/v1/recording/{quote(name, safe='')}"
    assert api.get(listed["url"]).mimetype == "audio/wav"


def test_the_key_of_the_default_application_is_not_needed_in_calls(api: Api) -> None:
    call_id = api.place_callout()
    call = api.emulator.account().read(lambda engine, _now: engine.call(call_id))
    assert (call.application, call.region) == (DEFAULT_KEY, "euc1")
