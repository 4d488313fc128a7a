"""The Python API for asynchronous tests: the same names, awaited."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar, Unpack

from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.addresses import party_of
from sinch_voice_emulator.testkit.calls import WITHIN, AsyncCall
from sinch_voice_emulator.testkit.conferences import AsyncConference
from sinch_voice_emulator.testkit.core import VoiceSteps
from sinch_voice_emulator.testkit.failures import ExpectationFailed
from sinch_voice_emulator.testkit.phones import AsyncPhone
from sinch_voice_emulator.testkit.scenarios import run_scenario
from sinch_voice_emulator.testkit.steps import awaits
from sinch_voice_emulator.testkit.voice import CALLER
from sinch_voice_emulator.testkit.words import Behaviour, CallDetails, CallDetailsWithCli

T = TypeVar("T")


class AsyncSinchVoice(VoiceSteps):
    """``SinchVoice`` for asynchronous tests: what waits is awaited, and an ASGI app runs on the loop of the test::

        async with AsyncSinchVoice() as sinch_voice:
            sinch_voice.deliver_to(app)
            call = await sinch_voice.incoming_call()
            await call.expect_prompt("Welcome")

    The lifespan of an ASGI app is the test's business, since it has to begin and end on the same loop.
    """

    awaited = True

    def _forget_test(self) -> None:
        super()._forget_test()
        self._calls: dict[str, AsyncCall] = {}
        self._phones: dict[Party, AsyncPhone] = {}

    advance = awaits(VoiceSteps._advance)
    settle = awaits(VoiceSteps._settle)
    fire = awaits(VoiceSteps._fire)
    run_scenario = awaits(run_scenario)
    expect_nothing_more = awaits(VoiceSteps._expect_nothing_more)
    _place = awaits(VoiceSteps._placing)
    _expected = awaits(VoiceSteps._expect_call)

    async def run_until(self, condition: Callable[[], T | None], *, within: float = WITHIN) -> T:
        """Wait until ``condition()`` is true, or anything that counts as true; returns what it is."""
        __tracebackhide__ = True
        try:
            return await self.work_async(self._run_until(condition, within=within))
        except ExpectationFailed as failure:
            raise failure.with_traceback(None) from failure.__cause__

    # --- calls ----------------------------------------------------------------------------------------------------------------

    async def incoming_call(self, from_: str = CALLER, to: str = "", **details: Unpack[CallDetails]) -> AsyncCall:
        """Somebody calls a number of the account; the backend has answered ICE on return.

        ``details``: ``region``, ``rdnis``, ``headers``, and how the caller behaves (``gives_up_after=10`` ...; see
        docs/phones-and-numbers.md). ``from_="private"`` withholds the number.
        """
        __tracebackhide__ = True
        return self.call(await self._place(arrivals.from_phone(self.runtime.account, from_, to or self.number, **details)))

    async def sip_call(self, from_: str, to: str, **details: Unpack[CallDetailsWithCli]) -> AsyncCall:
        """A SIP peer calls a number or a SIP address. ``details`` as in ``incoming_call``, and ``cli``, ``headers``."""
        __tracebackhide__ = True
        return self.call(await self._place(arrivals.from_sip(self.runtime.account, from_, to, **details)))

    async def app_call(self, user: str, to: str, **details: Unpack[CallDetailsWithCli]) -> AsyncCall:
        """An app user calls a number, a SIP address, another user (``user:lin``) or a room (``conference:standup``)."""
        __tracebackhide__ = True
        return self.call(await self._place(arrivals.from_app(self.runtime.account, user, to, **details)))

    async def expect_call(
        self, to: str | None = None, *, method: str | None = None, cli: str | None = None, within: float = WITHIN
    ) -> AsyncCall:
        """Wait for a call that the backend places over the REST API; ``method``: ``tts``, ``conference`` or ``custom``."""
        __tracebackhide__ = True
        return self.call(await self._expected(to, method, cli, within))

    def call(self, call_id: str) -> AsyncCall:
        """A call by its id."""
        known = self._known(call_id)
        return self._calls.setdefault(known, AsyncCall(self, known))

    @property
    def calls(self) -> list[AsyncCall]:
        """Every call, oldest first."""
        return [self.call(one) for one in self._call_ids()]

    # --- telephones -----------------------------------------------------------------------------------------------------------

    def phone(self, address: str, **behaviour: Unpack[Behaviour]) -> AsyncPhone:
        """A telephone, SIP address or app user (``user:lin``). It rings until the test says what happens.

        Given a behaviour it acts by itself: ``phone("+46...", on_ring="busy")``, ``rings_for=3, hangs_up_after="1m"``. Asked
        for again without one it goes on as it was.
        """
        party = party_of(address)
        known = self._phones.get(party)
        if behaviour or known is None:
            self._with_phone(party, behaviour)
        return known or self._phones.setdefault(party, AsyncPhone(self, party))

    def user(self, name: str, **behaviour: Unpack[Behaviour]) -> AsyncPhone:
        """An app user, registered by being asked for."""
        return self.phone(f"user:{name.removeprefix('user:')}", **behaviour)

    def conference(self, name: str, *, region: str = "", application: str = "") -> AsyncConference:
        """A conference by name, whether or not anybody is in it yet."""
        return AsyncConference(self, self._room(name, region, application))

    # --- life -----------------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Give the account back; an emulator of its own ends."""
        self._close()

    async def __aenter__(self) -> AsyncSinchVoice:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        __tracebackhide__ = True
        try:
            if kind is None and not self.closed:
                await self.settle()
                self.verify()
        finally:
            self.close()
