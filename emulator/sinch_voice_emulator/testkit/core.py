"""What both facades share: one account under the control of a test, and the steps of everything that can be done to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sinch_voice_emulator.emulator import DEFAULT_ACCOUNT, Emulator
from sinch_voice_emulator.engine.inputs import CallArrived, Input
from sinch_voice_emulator.errors import BadRequest, Conflict, EmulatorError, NotFound
from sinch_voice_emulator.model.account import Application
from sinch_voice_emulator.model.delivery import CallbackTarget
from sinch_voice_emulator.model.instants import SECOND
from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.runtime.clocks import Mode
from sinch_voice_emulator.runtime.exchanges import Exchange, Outcome
from sinch_voice_emulator.runtime.virtual import NotSettled, Steps, TimedOut, run, run_async
from sinch_voice_emulator.testkit import arrivals, opening
from sinch_voice_emulator.testkit.addresses import listed
from sinch_voice_emulator.testkit.backends import Backend, InProcess, Kind, Target, UrlBackend, backend_for
from sinch_voice_emulator.testkit.checks import AWAIT_FIRST, Leftovers
from sinch_voice_emulator.testkit.real_time import driver_for
from sinch_voice_emulator.testkit.reporting import Reporter
from sinch_voice_emulator.testkit.serving import over_http
from sinch_voice_emulator.testkit.turns import Turns
from sinch_voice_emulator.testkit.values import Callback
from sinch_voice_emulator.testkit.waiting import Waiting, millis
from sinch_voice_emulator.testkit.watch import Watch

T = TypeVar("T")


class VoiceSteps(Waiting):
    """One account, its clock, its telephones and the backend under test.

    Without an emulator it makes one of its own, which ends with it. An ``account`` that is not there yet is made, with an
    application and credentials of its own. ``clock`` is ``auto`` (time moves while somebody waits), ``manual`` (only
    ``advance`` moves it) or ``real`` (it runs by itself, ``speed`` times as fast as the wall clock, and callbacks come over
    HTTP); ``start`` is where it begins, ``None`` leaves it where the account's clock stands. Ids are made from ``seed``, by
    default from the account's name and its epoch.
    """

    awaited = False
    """Whether what waits is awaited."""
    callback_path = "/"
    """Where ``deliver_to`` finds the callback route of an app unless it is told."""

    def __init__(
        self,
        emulator: Emulator | None = None,
        account: str = DEFAULT_ACCOUNT,
        *,
        clock: Mode = "auto",
        speed: float = 1.0,
        start: datetime | None = None,
        seed: str = "",
    ) -> None:
        self._owns_emulator = emulator is None
        self.emulator = emulator or opening.make_emulator(start=start)
        self.emulator.on_demand = True
        self.runtime = opening.account_of(self.emulator, account)
        opening.take(self.runtime, clock, speed)
        self.driver = driver_for(self.emulator, self.runtime)
        self.watch = Watch(self.runtime)
        self._turns = Turns()
        self._closed = False
        self._seed, self._lives = seed, 0
        self._leftovers = Leftovers(unanswered=AWAIT_FIRST if self.awaited else "")
        self._forget_test()
        if seed or (start is not None and not self._owns_emulator):
            self._begin(start)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of account {self.runtime.name}, {len(self.watch.created())} calls, {self.now:%H:%M:%S}>"

    def _forget_test(self) -> None:
        self._backends: dict[str, Backend] = {}
        self._started: list[str] = []
        self._expected_calls = 0
        self._quiet_since: dict[str, int] = {}

    @property
    def worker(self) -> VoiceSteps:
        """Itself."""
        return self

    # --- running steps -------------------------------------------------------------------------------------------------------

    def work(self, steps: Steps[T]) -> T:
        """Run steps to their end in this thread."""
        try:
            self._check_open()
            with self._turns.mine():
                return run(steps, self._post)
        except NotSettled as refusal:
            raise self.reporter.unsettled(refusal) from self.reporter.latest_raised()
        finally:
            steps.close()

    async def work_async(self, steps: Steps[T]) -> T:
        """Run steps to their end on this loop."""
        try:
            self._check_open()
            async with self._turns.ours():
                return await run_async(steps, self._post_async)
        except NotSettled as refusal:
            raise self.reporter.unsettled(refusal) from self.reporter.latest_raised()
        finally:
            steps.close()

    def feel(self) -> None:
        """Let what frozen time was ticked by pass before somebody looks, unless that has to be awaited or is under way."""
        if self._closed or not self.clock.lags or self._turns.taken:
            return
        if not self.awaited:
            self.work(self._settle())
        elif (frozen := self.clock.newly_frozen()) is not None:
            self.runtime.start_at(frozen)

    def _check_open(self) -> None:
        if self._closed:
            raise Conflict("this test is over and its account was given back; ask for the fixture in the test that uses it")

    def _post(self, exchange: Exchange) -> Outcome:
        with self._turns.handling():
            return self._backend(exchange).post(exchange)

    async def _post_async(self, exchange: Exchange) -> Outcome:
        with self._turns.handling():
            return await self._backend(exchange).post_async(exchange)

    def _backend(self, exchange: Exchange) -> Backend:
        backend = self._backends.get(exchange.delivery.application.lower())
        return backend or UrlBackend(exchange.url, self.emulator.post)

    # --- the backend under test ----------------------------------------------------------------------------------------------

    def deliver_to(self, target: Target, path: str = "", *, application: str = "", kind: Kind | None = None) -> None:
        """Say who gets the callbacks: a WSGI app, an ASGI app, a URL, or a function from the event to SVAML.

        ``path`` is that of the app's callback route, by default ``callback_path``; it is part of what is signed.
        ``application`` is a key, by default that of the account's first application. ``kind`` is for apps that do not show
        what they are.
        """
        owner = self._application(application)
        make = backend_for if self.clock.virtual else over_http
        backend = make(target, path or self.callback_path, kind, self.emulator.post)
        before = self._backends.pop(owner.key.lower(), None)
        if before is not None:
            before.close()
        self._backends[owner.key.lower()] = backend
        self._change(
            lambda _: setattr(owner, "callback", CallbackTarget(backend.url)), application=owner.key, callback=backend.url
        )

    def _application(self, key: str = "") -> Application:
        applications = self.runtime.account.applications
        found = self.runtime.account.application(key) if key else next(iter(applications.values()), None)
        if found is None:
            raise NotFound(f"the account has no application {key!r}; it has: {listed(applications)}")
        return found

    @property
    def raised(self) -> list[Exception]:
        """What backends in this process raised while they handled a callback, oldest first."""
        return [fault for one in self._backends.values() if isinstance(one, InProcess) for _, fault in one.raised]

    # --- time ----------------------------------------------------------------------------------------------------------------

    def _advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0, ms: int = 0) -> Steps[None]:
        """Let time pass: every timer fires at its own instant, and the backend answers before the next one does."""
        try:
            length = timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=ms)
        except (TypeError, ValueError, OverflowError):
            given = [one for one in (hours, minutes, seconds, ms) if one]
            raise BadRequest(f"time is advanced by numbers, such as advance(seconds=5), not by {given[0]!r}") from None
        if length <= timedelta(0):
            raise BadRequest("time goes forward: advance(hours=..., minutes=..., seconds=..., ms=...) needs more than nothing")
        yield from self.driver.advance(round(length / timedelta(milliseconds=1)))

    def _settle(self) -> Steps[None]:
        """Let everything happen that happens at this instant, such as what a request to the REST API has set off."""
        yield from self.driver.settle()

    def _run_until(self, condition: Callable[[], T | None], *, within: float = 60.0) -> Steps[T]:
        """Wait until ``condition()`` is true, or anything that counts as true; returns what it is."""
        if not callable(condition):
            raise BadRequest(f"run_until asks again and again: run_until(lambda: call.live), not run_until({condition!r})")
        try:
            found = yield from self.driver.run_until(lambda: condition() or None, millis(within))
        except TimedOut as late:
            raise self.reporter.never_so(within, late) from None
        assert found is not None
        return found

    # --- expectations --------------------------------------------------------------------------------------------------------

    @property
    def reporter(self) -> Reporter:
        """Writes failures."""
        return Reporter(self.runtime, self.watch, tuple(self._backends.values()))

    def _expect_call(self, to: str | None, method: str | None, cli: str | None, within: float) -> Steps[str]:
        wanted = arrivals.CalloutPlaced(self.watch, self._expected_calls, to, method, cli)
        call_id: str = yield from self.expecting(wanted, within)
        self._expected_calls = wanted.position
        return call_id

    # --- things that happen --------------------------------------------------------------------------------------------------

    def doing(self, what: Callable[[], Input]) -> Steps[str | None]:
        """Let something happen now, and everything that follows from it at this instant.

        ``what`` is asked once everything has happened that was to happen before.
        """
        yield from self.driver.settle()
        try:
            reply = self.runtime.submit(what())
        except Conflict as refusal:
            raise self.reporter.refused(refusal) from self.reporter.latest_raised()
        yield from self.driver.settle()
        return reply

    def _placing(self, arrived: CallArrived) -> Steps[str]:
        key = arrived.application or getattr(self.runtime.account.owner_of(arrived.to.endpoint), "key", "")
        application = self.runtime.account.application(key) if key else None
        taken_away = application is not None and application.key.lower() in self._backends
        if application is not None and application.callback is None and not taken_away:
            raise Conflict(
                f"nobody answers the callbacks of application {application.key}: say deliver_to(app) before anybody calls, "
                "where app is a WSGI app, an ASGI app, a URL or a function from the event to SVAML"
            )
        call_id = yield from self.doing(lambda: arrived)
        assert call_id is not None
        self._started.append(call_id)
        return call_id

    def placing_from(self, party: Party, to: str, region: str) -> Steps[str]:
        """A phone calls."""
        return (yield from self._placing(arrivals.from_party(self.runtime.account, party, to or self.number, region=region)))

    def _fire(self, event: str, /, *, call: str = "", application: str = "", **fields: Any) -> Steps[Callback]:
        """Send the backend a callback that no call caused, signed like any other; nobody acts on its answer.

        ``fields`` replace what it says: ``fire("pie", menuResult__value="9")``. ``call`` is the id of a call it is about.
        """
        owner = self._application(application)
        delivery = arrivals.made_up(self.emulator, self.runtime, owner, event, call, fields)
        yield from self.driver.settle()
        return Callback.of(delivery)

    # --- life ----------------------------------------------------------------------------------------------------------------

    def hold(self, reason: str = "") -> opening.Hold:
        """Have waits wait, in wall-clock time, for work that the backend does later: ``release()`` it when it is done.

        As ``with hold(): ...`` time stands still in the test itself; what waits there waits for others by the wall clock.
        """
        return opening.Hold(self.runtime, reason, self._turns.belongs_to_test)

    @property
    def patience(self) -> float:
        """How many seconds of wall-clock time waits give to what others do: requests, holds, handlers in other threads."""
        return self.driver.patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self.driver.patience = millis(seconds) / SECOND

    def at_end(self, *, final: bool = True) -> list[str]:
        """What is wrong when a test has ended and everything has happened that can happen without being awaited.

        Unless it is ``final``, somebody may still hang up or release what is held, and only mistakes are told.
        """
        refusal = ""
        held = not final and self.runtime.open.holds
        if not self._closed and not held and not (self.awaited and any(one.awaits for one in self._backends.values())):
            try:
                self.work(self._settle())
            except EmulatorError as error:
                refusal = str(error) if final else ""
        wrong = self._leftovers.found(self.runtime, self.watch, self._started, self.reporter, final=final)
        return wrong or ([refusal] if refusal else [])

    def reset(self, start: datetime | None = None) -> None:
        """Begin anew: no calls, an empty journal, the configuration of the beginning. Handles from before are of no use.

        What the backend did wrong before is told at the end of the test all the same, and what was expected stays expected.
        """
        self._turns.check()
        self._leftovers.turn_the_page(self.watch, self.reporter)
        for backend in self._backends.values():
            backend.close()
        self._forget_test()
        self._begin(start)

    def _begin(self, start: datetime | None) -> None:
        self._lives += 1
        seed = f"{self._seed}|{self._lives}" if self._seed else ""
        self.runtime.reset(None if start is None else opening.beginning(start), seed)
        self.emulator.stubs(self.runtime.name).restore()

    @property
    def closed(self) -> bool:
        """Whether the account was given back."""
        return self._closed

    def _close(self) -> None:
        """Give the account back; an emulator of its own ends."""
        self._turns.check()
        if self._closed:
            return
        self._closed = True
        for backend in self._backends.values():
            backend.close()
        self.watch.close()
        self.driver.close()
        if self._owns_emulator:
            self.emulator.stop()
