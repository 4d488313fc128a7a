"""The HTTP server: what reaches the application, what comes back, waits and streams. Sockets are the point here."""

from __future__ import annotations

import contextlib
import http.client
import json

import pytest

from server_site import ONE_SECOND, Site, connect, get, in_background, raw, serving, site

__all__ = ["site"]


# --- what reaches the application -----------------------------------------------------------------------------------------


def test_the_environ_is_complete(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.request("POST", "/echo?a=1&b=%20", b"body", {"Content-Type": "text/x", "X-CB-One": "1"})
        assert client.getresponse().read() == b"body"

    environ = site.environs[0]
    assert environ["HTTP_HOST"] == f"127.0.0.1:{environ['SERVER_PORT']}"
    expected = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/echo",
        "QUERY_STRING": "a=1&b=%20",
        "RAW_URI": "/echo?a=1&b=%20",
        "CONTENT_TYPE": "text/x",
        "CONTENT_LENGTH": "4",
        "HTTP_X_CB_ONE": "1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
    }
    assert {key: environ[key] for key in expected} == expected


@pytest.mark.parametrize("target", ["/echo/%2B49%201?x=%2f", "//double//slash", "/caf%C3%A9%ff", "http://elsewhere/echo?y"])
def test_the_request_target_arrives_as_it_was_sent(site: Site, target: str) -> None:
    with serving(site) as server:
        raw(server, f"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())

    assert site.environs[0]["RAW_URI"] == site.environs[0]["REQUEST_URI"] == target


def test_the_path_is_decoded_as_wsgi_wants_it(site: Site) -> None:
    with serving(site) as server:
        get(server, "/caf%C3%A9/%2B%ff")

    assert site.environs[0]["PATH_INFO"].encode("latin-1") == "/café/+".encode() + b"\xff"


def test_headers_that_come_twice_are_joined(site: Site) -> None:
    with serving(site) as server:
        raw(
            server,
            b"GET /echo HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2\r\nConnection: close\r\n\r\n",
        )

    assert (site.environs[0]["HTTP_X_A"], site.environs[0]["HTTP_COOKIE"]) == ("1,2", "a=1; b=2")


def test_chunked_bodies(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.request("POST", "/echo", iter([b"in ", b"three ", b"pieces"]), encode_chunked=True)
        assert client.getresponse().read() == b"in three pieces"
    assert site.environs[0]["CONTENT_LENGTH"] == "15"


def test_a_body_that_is_too_large_is_answered_and_the_connection_lives_on(site: Site) -> None:
    with serving(site, max_body=1_000) as server, contextlib.closing(connect(server)) as client:
        for body, status in ((b"x" * 1_000, 200), (b"x" * 1_001, 413), (b"x" * 2_000_000, 413), (b"y", 200)):
            client.request("POST", "/echo", body)
            response = client.getresponse()
            assert response.status == status
            response.read()
        client.request("POST", "/echo", iter([b"x" * 600, b"x" * 600]), encode_chunked=True)
        assert client.getresponse().status == 413


def test_a_client_that_asks_before_sending_is_told_to_go_on(site: Site) -> None:
    with serving(site) as server:
        head = b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        answer = raw(server, head + b"ok")

    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")
    assert answer.endswith(b"ok")


def test_a_client_that_asks_before_sending_too_much_is_stopped(site: Site) -> None:
    with serving(site) as server:
        answer = raw(server, b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\nExpect: 100-continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()


# --- what comes back ------------------------------------------------------------------------------------------------------


def test_connections_are_kept(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.connect()
        kept = client.sock
        for number in range(3):
            client.request("POST", "/echo", str(number))
            assert client.getresponse().read() == str(number).encode()
            assert client.sock is kept


def test_head_has_no_body_but_its_length(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        for _ in range(2):
            client.request("HEAD", "/echo")
            response = client.getresponse()
            assert (response.status, response.read()) == (200, b"")


def test_a_body_in_pieces(site: Site) -> None:
    with serving(site) as server:
        assert get(server, "/pieces") == (200, b"one two three")


def test_the_response_is_closed_after_it_was_sent(site: Site) -> None:
    with serving(site) as server:
        get(server, "/echo")
        assert site.closed.wait(ONE_SECOND)


def test_a_fault_of_the_application_is_an_error_in_the_usual_shape(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with serving(site) as server:
        status, body = get(server, "/raises")
        assert get(server, "/echo")[0] == 200

    assert (status, sorted(json.loads(body))) == (500, ["errorCode", "message", "reference"])
    assert "GET /raises failed" in caplog.text


def test_a_fault_after_the_response_is_logged_and_the_connection_lives_on(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        for _ in range(2):
            client.request("GET", "/closes-badly")
            assert client.getresponse().read() == b"fine"

    assert caplog.text.count("GET /closes-badly failed after its response") == 2
    assert "RuntimeError: broken" in caplog.text


def test_a_fault_within_the_response_is_logged_and_cuts_it_off(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.request("GET", "/breaks")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            client.getresponse().read()
        assert get(server, "/echo")[0] == 200

    assert "GET /breaks failed in the middle of its response" in caplog.text
    assert "RuntimeError: broken body" in caplog.text


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET /caf\xe9 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n",
    ],
)
def test_what_is_not_http_is_a_bad_request_in_the_usual_shape(site: Site, data: bytes) -> None:
    with serving(site) as server:
        answer = raw(server, data)
        assert get(server, "/echo")[0] == 200

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert sorted(json.loads(answer.partition(b"\r\n\r\n")[2])) == ["errorCode", "message", "reference"]


def test_an_offer_to_upgrade_is_ignored_and_the_connection_lives_on(site: Site) -> None:
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        for body in (b"first", b"second"):
            client.request("POST", "/echo", body, upgrade)
            assert client.getresponse().read() == body


# --- waits and streams ----------------------------------------------------------------------------------------------------


def test_a_long_poll_is_answered_when_something_happens_and_holds_up_nobody(site: Site) -> None:
    with serving(site) as server:
        thread, results = in_background(lambda: get(server, "/wait"))
        assert site.door.waiting.wait(ONE_SECOND)
        assert get(server, "/echo")[0] == 200
        site.door.knock()
        thread.join(ONE_SECOND)
        assert results == [(200, b"open")]
        assert get(server, "/wait") == (200, b"open")


def test_a_long_poll_ends_when_its_time_is_up(site: Site) -> None:
    site.door.timeout = 0.01
    with serving(site) as server:
        assert get(server, "/wait") == (200, b"nobody came")


def test_a_client_that_leaves_is_waited_for_no_longer(site: Site) -> None:
    with serving(site) as server:
        client = connect(server)
        client.request("GET", "/wait")
        assert site.door.waiting.wait(ONE_SECOND)
        client.close()
        assert site.door.left.wait(ONE_SECOND)


def test_a_stream_goes_on_until_it_is_over(site: Site) -> None:
    with serving(site) as server, contextlib.closing(connect(server)) as client:
        client.request("GET", "/news")
        response = client.getresponse()
        assert response.headers["Content-Type"] == "text/event-stream"
        site.news.tell(b"data: 1\n\n")
        assert response.read1() == b"data: 1\n\n"
        site.news.tell(b"data: 2\n\n", over=True)
        assert response.read() == b"data: 2\n\n"


def test_waiters_and_streams_are_bounded(site: Site) -> None:
    with serving(site, max_waiting=1, max_streams=0) as server:
        thread, results = in_background(lambda: get(server, "/wait"))
        assert site.door.waiting.wait(ONE_SECOND)
        status, body = get(server, "/wait")
        assert (status, json.loads(body)["message"]) == (503, "Too many requests are waiting: at most 1 at a time")
        assert get(server, "/news")[0] == 503
        site.door.knock()
        thread.join(ONE_SECOND)
        assert results == [(200, b"open")]


def test_outside_the_server_the_same_objects_wait_in_the_thread(site: Site) -> None:
    client = site.app.test_client()
    thread, results = in_background(lambda: client.get("/wait").data)
    assert site.door.waiting.wait(ONE_SECOND)
    site.door.knock()
    thread.join(ONE_SECOND)
    site.news.tell(b"data: 1\n\n", over=True)

    assert results == [b"open"]
    assert client.get("/news").data == b"data: 1\n\n"
    site.door.open, site.door.timeout = False, 0.0
    assert client.get("/wait").data == b"nobody came"
