"""The server's event loop: which sockets wait their turn, and how many there may be."""

from __future__ import annotations

import selectors
import socket
import time

import freezegun
import pytest

from sinch_voice_emulator.errors import EmulatorError
from sinch_voice_emulator.runtime.loops import BACKGROUND_EVENTS, PacedSelector, ServerLoop, connection_limit


def test_background_sockets_are_reported_a_few_at_a_time_and_all_others_always() -> None:
    pairs = [socket.socketpair() for _ in range(BACKGROUND_EVENTS + 10)]
    with PacedSelector() as selector:
        for near, far in pairs:
            selector.register(near, selectors.EVENT_READ)
            selector.in_background(near.fileno(), True)
            far.send(b"x")
        foreground = pairs[0][0]
        selector.in_background(foreground.fileno(), False)

        reported = {key.fileobj for key, _ in selector.select(1)}

        assert foreground in reported
        assert len(reported) == BACKGROUND_EVENTS + 1
        assert selector.postponed == 9
        for reader in reported:
            assert isinstance(reader, socket.socket)
            reader.recv(1)
        assert len(selector.select(1)) == 9
        assert selector.postponed == 0
    for pair in pairs:
        for end in pair:
            end.close()


def test_the_loop_keeps_real_time_while_a_test_freezes_it() -> None:
    loop = ServerLoop()
    try:
        with freezegun.freeze_time("2026-01-01"):
            frozen, before = time.time(), loop.time()
            loop.run_until_complete(_sleep(loop))
            assert loop.time() > before
            assert time.time() == frozen
    finally:
        loop.close()


async def _sleep(loop: ServerLoop) -> None:
    done = loop.create_future()
    loop.call_later(0.001, done.set_result, None)
    await done


@pytest.mark.parametrize(("files", "connections"), [(64, 16), (256, 104), (1_024, 488), (20_000, 4_096)])
def test_connections_leave_room_for_as_many_incoming(files: int, connections: int) -> None:
    assert connection_limit(files) == connections


def test_too_few_files_are_one_sentence() -> None:
    with pytest.raises(EmulatorError, match="only 40 files may be open"):
        connection_limit(40)
