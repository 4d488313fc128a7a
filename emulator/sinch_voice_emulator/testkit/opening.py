"""Emulators and accounts for tests, and who has hold of them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType

from sinch_voice_emulator.emulator import Emulator
from sinch_voice_emulator.errors import BadRequest, Conflict, NotFound
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.ids import guid
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.clocks import AccountClock, Mode, frozen_now
from sinch_voice_emulator.settings import ListenAddress, Settings

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""Where the clock of a test begins unless it says otherwise, so that two runs of one test have the same journal."""


def beginning(start: datetime | None) -> Instant:
    """The instant a test begins at: as said, else the instant that time is frozen at, else ``START``."""
    if start is not None:
        return round(start.timestamp() * 1000)
    frozen = frozen_now()
    return frozen if frozen is not None else round(START.timestamp() * 1000)


def settings_for_tests(settings: Settings | None) -> Settings:
    """Settings for tests: a free port, this machine only."""
    return replace(settings or Settings(), listen=(ListenAddress("127.0.0.1", 0),), default_credentials=False)


def make_emulator(clock: Mode = "auto", start: datetime | None = None, settings: Settings | None = None) -> Emulator:
    """An emulator whose accounts stand still until a test moves them. Nothing listens until somebody asks for its URL."""
    return Emulator(settings_for_tests(settings), lambda: AccountClock(beginning(start), clock))


def account_of(emulator: Emulator, name: str) -> AccountRuntime:
    """An account by name; one that is not there is made, with an application and a number of its own."""
    if name in emulator.accounts:
        return emulator.accounts[name]
    configured = emulator.settings.account(name)
    account = Account(name, rates=configured.rates, profile=configured.profile, region=configured.region)
    secret = base64.b64encode(bytes.fromhex(guid(f"{name}|secret").replace("-", ""))).decode()
    application = Application(guid(f"{name}|application"), secret)
    account.add_application(application)
    for number in configured.numbers.values():
        account.numbers[number.number, number.capability] = replace(number, application=application.key)
    return emulator.create_account(account)


def take(runtime: AccountRuntime, clock: Mode, speed: float = 1.0) -> None:
    """Have a test hold the account's clock. Raises ``Conflict`` when another one moves it already."""
    if runtime.driven_by_hand:
        raise Conflict(
            f"account {runtime.name} is in use by another test or another SinchVoice: close that one first, or take an "
            'account of your own: SinchVoice(emulator, account="second")'
        )
    if not isinstance(runtime.clock, AccountClock):
        raise Conflict(f"the clock of account {runtime.name} cannot be moved; make the emulator with make_emulator()")
    if clock != "real" and speed != 1.0:
        raise BadRequest(f'only a clock that runs by itself has a speed: clock="real", speed={speed:g}')
    runtime.clock.change(clock, speed)


class Hold:
    """Work that a backend does later. While it lasts, whoever waits on the account waits for it in wall-clock time.

    A test that holds time itself (``with``) would wait for itself: there time stands still, and what waits does so by the
    wall clock. ``own`` says whether it is the test that asks.
    """

    def __init__(self, runtime: AccountRuntime, reason: str, own: Callable[[], bool]) -> None:
        self._runtime = runtime
        self._own = own
        self._id: str | None = runtime.hold(reason)

    def release(self) -> None:
        """The work is done."""
        if self._id is None:
            raise NotFound("this hold was released already")
        self._runtime.release(self._id)
        self._id = None

    def __enter__(self) -> Hold:
        if self._id is None:
            raise NotFound("this hold was released already; take another one: with sinch_voice.hold(): ...")
        if self._own():
            with self._runtime.lock:
                self._runtime.open.own.add(self._id)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._id is not None:
            self.release()
