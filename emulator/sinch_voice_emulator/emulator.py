"""The emulator as one object: accounts, the application that serves them, the server.

This is the composition root: the only place where the pure layers, the runtime and the HTTP application meet.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING

from sinch_voice_emulator.engine.effects import Severity
from sinch_voice_emulator.engine.engine import Engine
from sinch_voice_emulator.errors import Conflict, EmulatorError, LimitReached, NotFound
from sinch_voice_emulator.model.account import Account, Application
from sinch_voice_emulator.model.profile import BehaviourProfile
from sinch_voice_emulator.runtime.account import AccountRuntime
from sinch_voice_emulator.runtime.addresses import AllowedHosts
from sinch_voice_emulator.runtime.api_faults import ApiFaults
from sinch_voice_emulator.runtime.bounds import Bounds
from sinch_voice_emulator.runtime.clocks import AccountClock, Beginning, Clock, real_monotonic
from sinch_voice_emulator.runtime.delivery import Courier
from sinch_voice_emulator.runtime.detours import Detours
from sinch_voice_emulator.runtime.dialect import VoiceV1
from sinch_voice_emulator.runtime.driver import RealDriver
from sinch_voice_emulator.runtime.request_rate import RequestRate
from sinch_voice_emulator.settings import Role, Settings
from sinch_voice_emulator.stubs.book import StubBook
from sinch_voice_emulator.twins import Twin, Twins
from sinch_voice_emulator.v1 import errors
from sinch_voice_emulator.v1.errors import ApiError
from sinch_voice_emulator.v1.hosts import HOSTS
from sinch_voice_emulator.v1.values import REGION_MARK

if TYPE_CHECKING:
    from concurrent.futures import Future

    from flask import Flask

    from sinch_voice_emulator.runtime.doorbell import Doorbell
    from sinch_voice_emulator.runtime.exchanges import Exchange, Outcome
    from sinch_voice_emulator.runtime.server import Server
    from sinch_voice_emulator.runtime.tls import Identity

DEFAULT_ACCOUNT = "default"


class Lookup:
    """Who a request comes from, looked up once: ``runtime`` is that application's account, the default one until found.

    ``names`` and ``twin`` tell twins apart: the parameters of the path, and the account that a client in this process names.
    """

    def __init__(self, emulator: Emulator, names: Mapping[str, str], twin: str = "") -> None:
        self._emulator = emulator
        self._names = names
        self._twin = twin
        self.runtime = emulator.account()

    def application(self, key: str) -> Application | None:
        """The application behind a key."""
        found = self._emulator.find_application(key)
        if found is None:
            return None
        self.runtime, application = found
        if not self._emulator.twins:
            return application
        self.runtime = self._emulator.twins.addressed(self.runtime, self._names, self._twin)
        return self.runtime.account.application(key)

    def claimed(self, key: str) -> tuple[AccountRuntime, Application]:
        """With authentication off: the application a request claims to come from, else the default account's first."""
        application = self.application(key) if key else None
        return self.runtime, application or next(iter(self.runtime.account.applications.values()))

    def profile(self, _application: Application | None) -> BehaviourProfile:
        """The switches that apply to the request."""
        return self.runtime.account.profile


class Emulator:
    """Everything that runs. Make one, then ``serve()``, or ``start()`` and ``stop()``. ``make_clock`` is for each account."""

    def __init__(self, settings: Settings | None = None, make_clock: Callable[[], Clock] | None = None) -> None:
        self.settings = settings or Settings()
        self._make_clock = make_clock or self._clock
        self.accounts: dict[str, AccountRuntime] = {}
        self.started = real_monotonic()
        self._faults: dict[str, ApiFaults] = {}
        self._stubs: dict[str, StubBook] = {}
        self._request_rates: dict[str, RequestRate] = {}
        self._beginnings: dict[str, Beginning] = {}
        self._numbers = itertools.count(1)
        self._owners: dict[str, AccountRuntime] = {}
        self.twins = Twins()
        self.identity: Identity | None = None
        self._server: Server | None = None
        self._app: Flask | None = None
        self._driver: RealDriver | None = None
        self.on_demand = False
        """Whether a port that is any free one is taken, and served, as soon as a backend is told of it."""
        self._doorbell: Doorbell | None = None
        self._starting = RLock()
        self._dialect = VoiceV1(self._told_url)
        self.create_account(self.settings.account(DEFAULT_ACCOUNT))

    # --- accounts ----------------------------------------------------------------------------------------------------------

    def create_account(self, seed: Account, clock: Beginning | None = None) -> AccountRuntime:
        """Bring an account into being. Raises ``Conflict`` for a name or key that is taken, ``LimitReached`` at the cap.

        ``clock``: how its clock is to be at the beginning, and after each ``reset_account``.
        """
        if seed.name in self.accounts:
            raise Conflict(f"there is an account {seed.name!r} already; delete or reset it, or choose another name")
        count = len(self.accounts) - len(self.twins)
        if count >= self.settings.max_accounts:
            raise LimitReached(f"there are {count} accounts, the most this emulator keeps: delete one, or raise max-accounts")
        for key in seed.applications:
            self.check_key_is_free(key)
        return self._add(seed, clock)

    def create_twin(self, name: str = DEFAULT_ACCOUNT, *, takes_callouts: bool = False) -> AccountRuntime:
        """A twin of an account as it is configured now (see ``twins``); ``delete_account`` ends it. Raises ``NotFound``.

        ``takes_callouts``: it is the one that a request belongs to which names no call.
        """
        original = self.account(name)
        with original.lock:
            seed = replace(deepcopy(original.account), name=self.twins.free_name(name))
        runtime = self._add(seed, None)
        self.twins.add(original, Twin(runtime, takes_callouts))
        return runtime

    def _add(self, seed: Account, clock: Beginning | None) -> AccountRuntime:
        runtime = AccountRuntime(seed, _begun(self._make_clock(), clock), self._dialect, _make_engine, self._bounds())
        self.accounts[seed.name] = runtime
        self._beginnings[seed.name] = clock or Beginning()
        self._faults[seed.name] = ApiFaults()
        self._stubs[seed.name] = StubBook(self.settings.stubs)
        self._request_rates[seed.name] = RequestRate()
        if self._driver is not None:
            self._driver.add(runtime)
        return runtime

    def free_name(self) -> str:
        """A name for an account that none has, nor had."""
        return next(name for number in self._numbers if (name := f"account-{number}") not in self.accounts)

    def reset_account(self, name: str) -> AccountRuntime:
        """Begin an account anew: configuration and clock as they were in the beginning, no calls, no failures ordered."""
        runtime, clock = self.account(name), self._beginnings[name]
        _begun(runtime.clock, replace(clock, instant=None))
        runtime.reset(clock.instant)
        self._faults[name].clear()
        self._stubs[name].restore()
        return runtime

    def check_key_is_free(self, key: str) -> None:
        """Raise ``Conflict`` when some account has an application with this key."""
        owner = self.find_application(key)
        if owner is not None:
            raise Conflict(f"application key {key} is taken by account {owner[0].name!r}; keys are unique over all accounts")

    def delete_account(self, name: str) -> None:
        """End an account: its calls vanish, waiters and streams end. The default account stays."""
        runtime = self.account(name)
        if name == DEFAULT_ACCOUNT:
            raise Conflict("the default account cannot be deleted; reset it instead")
        for twin in self.twins.of(runtime):
            self.delete_account(twin.runtime.name)
        self.twins.remove(runtime)
        del self.accounts[name], self._faults[name], self._stubs[name], self._request_rates[name], self._beginnings[name]
        if self._driver is not None:
            self._driver.remove(runtime)
        runtime.close()

    def account(self, name: str = DEFAULT_ACCOUNT) -> AccountRuntime:
        """An account by name; raises ``NotFound`` and says which there are."""
        found = self.accounts.get(name)
        if found is None:
            raise NotFound(f"there is no account {name!r}; there are: {', '.join(sorted(self.accounts))}")
        return found

    def stubs(self, account: str) -> StubBook:
        """The canned answers of an account, which take precedence over its engine."""
        return self._stubs[account]

    def api_faults(self, account: str) -> ApiFaults:
        """The failures that the Calling API of an account is to show."""
        return self._faults[account]

    def _courier(self) -> Courier:
        detours = Detours(self.settings.rewrite_callback_hosts)
        return Courier(AllowedHosts(self.settings.allow_callback_hosts), detours=detours)

    def _clock(self) -> Clock:
        return AccountClock(mode=self.settings.clock, speed=self.settings.speed)

    def _bounds(self) -> Bounds:
        return Bounds(
            journal_entries=self.settings.journal_max_entries,
            journal_bytes=self.settings.journal_max_bytes,
            ended_calls=self.settings.max_ended_calls,
        )

    # --- whose request it is -------------------------------------------------------------------------------------------------

    def find_application(self, key: str) -> tuple[AccountRuntime, Application] | None:
        """The account and application behind a key, whatever the case."""
        folded = key.lower()
        for runtime in self._candidates(folded):
            application = runtime.account.application(folded)
            if application is not None and not runtime.closed:
                self._owners[folded] = runtime
                return runtime, application
        self._owners.pop(folded, None)
        return None

    def _candidates(self, key: str) -> list[AccountRuntime]:
        """Accounts to look in: the one where the key was last seen, then all."""
        seen = self._owners.get(key)
        return ([seen] if seen is not None else []) + list(self.accounts.values())

    def lookup(self, names: Mapping[str, str], twin: str = "") -> Lookup:
        """A look-up of one request's application and account; see ``Lookup``."""
        return Lookup(self, names, twin)

    # --- requests ------------------------------------------------------------------------------------------------------------

    def check_limits(self, runtime: AccountRuntime, operation: str, target: str, application: str) -> None:
        """Raise ``ApiError`` where a test ordered this request to fail, or it is one too many this second."""
        fault = self._faults[runtime.name].match(operation, target, application)
        if fault is not None:
            raise fault
        limit = runtime.account.profile.requests_per_second
        if limit is not None and not self._request_rates[runtime.name].admits(limit):
            raise errors.too_many_requests(f"more than {limit} requests in a second (switch requests_per_second)")

    def new_reference(self, runtime: AccountRuntime | None = None) -> str:
        """The next GUID for an error of this account, by default of the default account."""
        return (runtime or self.account()).read(lambda engine, _now: engine.state.ids.next("reference"))

    def note_refused_request(
        self, method: str, target: str, error: ApiError, reference: str, runtime: AccountRuntime | None = None
    ) -> None:
        """Journal a request that was not let in, or that is none of the API's, with the account it claimed to come from."""
        data = {"method": method, "path": target, "status": error.status, "error": error.code, "message": error.message}
        data |= {"why": error.why, "reference": reference}
        (runtime or self.account()).note("api.refused", data, severity=Severity.WARNING)

    # --- serving -------------------------------------------------------------------------------------------------------------

    @property
    def public_url(self) -> str:
        """The backend's view of the emulator, without a slash at the end."""
        return self.settings.public_url.rstrip("/") or self.url

    def _told_url(self) -> str:
        """``public_url``, for a backend: it has to hold from now on."""
        places = self.settings.listen
        place = next((one for one in places if one.answers(Role.CALLING)), places[0])
        if self.on_demand and not (self.settings.public_url or self.listeners or self._doorbell or place.port or place.tls):
            from sinch_voice_emulator.runtime.doorbell import Doorbell

            self._doorbell = Doorbell(place.host, self._open, places.index(place))
        return self.public_url

    @property
    def url(self) -> str:
        """The base URL of the first listener that serves the Calling API, or where it will be."""
        if self._doorbell is not None:
            return self._doorbell.url
        return self.url_for(Role.CALLING) or self._urls[0]

    def url_for(self, role: Role) -> str:
        """The base URL of the first listener that answers such requests, ``""`` when there is none."""
        places = zip(self.settings.listen, self._urls, strict=True)
        return next((url for place, url in places if place.answers(role)), "")

    @property
    def _urls(self) -> tuple[str, ...]:
        return self.listeners or tuple(place.url for place in self.settings.listen)

    @property
    def listeners(self) -> tuple[str, ...]:
        """Base URLs of the listeners, empty while the server does not run."""
        return self._server.urls if self._server is not None else ()

    @property
    def uptime(self) -> float:
        """Wall-clock seconds since this object was made."""
        return real_monotonic() - self.started

    def start(self) -> None:
        """Serve from a thread of its own; returns when requests are accepted. Raises ``EmulatorError`` for a taken port."""
        with self._starting:
            self.bind().start()

    def stop(self) -> None:
        """Stop serving, within a second, whatever is open."""
        with self._starting:
            doorbell, self._doorbell = self._doorbell, None
            if self._server is not None:
                self._server.stop()
            self._server = self._driver = None
        if doorbell is not None:
            doorbell.close()

    def _open(self) -> None:
        """Somebody is at the door."""
        with self._starting:
            if self._doorbell is not None:
                self.bind().start()

    def post(self, exchange: Exchange) -> Future[Outcome]:
        """Make one attempt over HTTP, for whoever drives an account; starts the server if need be, whose loop does it."""
        self.start()
        assert self._server is not None
        assert self._driver is not None
        return self._server.submit(self._driver.outcome(exchange))

    def serve(self) -> None:
        """Serve in the main thread until SIGINT or SIGTERM."""
        try:
            self.bind().run()
        finally:
            self._server = self._driver = None

    @property
    def wsgi_app(self) -> Flask:
        """The application that the server serves, for requests from within this process."""
        if self._app is None:
            from sinch_voice_emulator.api.app import create_app

            self._app = create_app(self)
        return self._app

    def bind(self) -> Server:
        """Take the ports, without serving yet. Raises ``EmulatorError`` for a taken one."""
        with self._starting:
            self._server = self._server or self._bound()
            self._doorbell = None
            return self._server

    def _bound(self) -> Server:
        from sinch_voice_emulator.api.context import PLACE
        from sinch_voice_emulator.api.proxy import Proxy
        from sinch_voice_emulator.api.strays import bridge_error
        from sinch_voice_emulator.runtime.bridge import Bridge
        from sinch_voice_emulator.runtime.server import Listener, Server

        driver = RealDriver(self._courier())
        self.identity = self._identify()
        tls = self.identity.context if self.identity is not None else None
        places = self.settings.listen
        listeners = [Listener(place.host, place.port, tls if place.tls else None, {PLACE: place}) for place in places]
        if self._doorbell is not None:
            index = self._doorbell.index
            listeners[index] = replace(listeners[index], taken=self._doorbell.take_down())
        server = Server(Bridge(self.wsgi_app, bridge_error(self)), listeners, [driver], Proxy(self).judge)
        server.bind()
        self._driver = driver
        for runtime in self.accounts.values():
            driver.add(runtime)
        return server

    def _identify(self) -> Identity | None:
        """The certificate for ports with TLS and for what comes by proxy; ``None`` when there are none such."""
        wanted = self.settings.tls
        if not self.settings.needs_certificate:
            return None
        from sinch_voice_emulator.runtime import tls

        if wanted.certificate:
            return tls.given(wanted.certificate, wanted.key)
        if wanted.key:
            raise EmulatorError("a private key needs its certificate beside it: add --tls-certificate FILE")
        here = (name for name in self.settings.own_hosts if name not in ("0.0.0.0", "::") and REGION_MARK not in name)
        return tls.made(tuple(dict.fromkeys((*HOSTS, "localhost", "127.0.0.1", "::1", *here))), wanted.directory)


def _begun(clock: Clock, wanted: Beginning | None) -> Clock:
    """A clock, set as an account is to begin with it."""
    if wanted is None or wanted == Beginning():
        return clock
    if not isinstance(clock, AccountClock):
        raise Conflict("the clocks of this emulator cannot be set")
    clock.change(wanted.mode, wanted.speed)
    if wanted.instant is not None:
        clock.restart(wanted.instant)
    return clock


def _make_engine(account: Account, seed: str, max_ended_calls: int) -> Engine:
    return Engine(account, seed, max_ended_calls=max_ended_calls)
