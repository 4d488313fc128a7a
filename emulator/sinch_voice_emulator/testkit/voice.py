"""The Python API: an account and its telephones in the hands of a test."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar, Unpack

from sinch_voice_emulator.model.party import Party
from sinch_voice_emulator.testkit import arrivals
from sinch_voice_emulator.testkit.addresses import party_of
from sinch_voice_emulator.testkit.calls import WITHIN, Call
from sinch_voice_emulator.testkit.conferences import Conference
from sinch_voice_emulator.testkit.core import VoiceSteps
from sinch_voice_emulator.testkit.failures import ExpectationFailed
from sinch_voice_emulator.testkit.phones import Phone
from sinch_voice_emulator.testkit.scenarios import run_scenario
from sinch_voice_emulator.testkit.steps import waits
from sinch_voice_emulator.testkit.words import Behaviour, CallDetails, CallDetailsWithCli

T = TypeVar("T")
CALLER = "+12025550143"
"""Who calls when a test does not care."""


class SinchVoice(VoiceSteps):
    """A simulated voice platform. Everything that waits moves the account's clock, as far as needed and no further::

    with SinchVoice() as sinch_voice:
        sinch_voice.deliver_to(app)
        call = sinch_voice.incoming_call()
        call.expect_prompt("Welcome")
    """

    def _forget_test(self) -> None:
        super()._forget_test()
        self._calls: dict[str, Call] = {}
        self._phones: dict[Party, Phone] = {}

    advance = waits(VoiceSteps._advance)
    settle = waits(VoiceSteps._settle)
    fire = waits(VoiceSteps._fire)
    run_scenario = waits(run_scenario)
    expect_nothing_more = waits(VoiceSteps._expect_nothing_more)
    _place = waits(VoiceSteps._placing)
    _expected = waits(VoiceSteps._expect_call)

    def run_until(self, condition: Callable[[], T | None], *, within: float = WITHIN) -> T:
        """Wait until ``condition()`` is true, or anything that counts as true; returns what it is."""
        __tracebackhide__ = True
        try:
            return self.work(self._run_until(condition, within=within))
        except ExpectationFailed as failure:
            raise failure.with_traceback(None) from failure.__cause__

    # --- calls ----------------------------------------------------------------------------------------------------------------

    def incoming_call(self, from_: str = CALLER, to: str = "", **details: Unpack[CallDetails]) -> Call:
        """Somebody calls a number of the account; the backend has answered ICE on return.

        ``details``: ``region``, ``rdnis``, ``headers``, and how the caller behaves (``gives_up_after=10`` ...; see
        docs/phones-and-numbers.md). ``from_="private"`` withholds the number.
        """
        __tracebackhide__ = True
        return self.call(self._place(arrivals.from_phone(self.runtime.account, from_, to or self.number, **details)))

    def sip_call(self, from_: str, to: str, **details: Unpack[CallDetailsWithCli]) -> Call:
        """A SIP peer calls a number or a SIP address. ``details`` as in ``incoming_call``, and ``cli``, ``headers``."""
        __tracebackhide__ = True
        return self.call(self._place(arrivals.from_sip(self.runtime.account, from_, to, **details)))

    def app_call(self, user: str, to: str, **details: Unpack[CallDetailsWithCli]) -> Call:
        """An app user calls a number, a SIP address, another user (``user:lin``) or a room (``conference:standup``)."""
        __tracebackhide__ = True
        return self.call(self._place(arrivals.from_app(self.runtime.account, user, to, **details)))

    def expect_call(
        self, to: str | None = None, *, method: str | None = None, cli: str | None = None, within: float = WITHIN
    ) -> Call:
        """Wait for a call that the backend places over the REST API; ``method``: ``tts``, ``conference`` or ``custom``."""
        __tracebackhide__ = True
        return self.call(self._expected(to, method, cli, within))

    def call(self, call_id: str) -> Call:
        """A call by its id."""
        known = self._known(call_id)
        return self._calls.setdefault(known, Call(self, known))

    @property
    def calls(self) -> list[Call]:
        """Every call, oldest first."""
        return [self.call(one) for one in self._call_ids()]

    # --- telephones -----------------------------------------------------------------------------------------------------------

    def phone(self, address: str, **behaviour: Unpack[Behaviour]) -> Phone:
        """A telephone, SIP address or app user (``user:lin``). It rings until the test says what happens.

        Given a behaviour it acts by itself: ``phone("+46...", on_ring="busy")``, ``rings_for=3, hangs_up_after="1m"``. Asked
        for again without one it goes on as it was.
        """
        party = party_of(address)
        known = self._phones.get(party)
        if behaviour or known is None:
            self._with_phone(party, behaviour)
        return known or self._phones.setdefault(party, Phone(self, party))

    def user(self, name: str, **behaviour: Unpack[Behaviour]) -> Phone:
        """An app user, registered by being asked for."""
        return self.phone(f"user:{name.removeprefix('user:')}", **behaviour)

    def conference(self, name: str, *, region: str = "", application: str = "") -> Conference:
        """A conference by name, whether or not anybody is in it yet."""
        return Conference(self, self._room(name, region, application))

    # --- life -----------------------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Give the account back; an emulator of its own ends."""
        self._close()

    def __enter__(self) -> SinchVoice:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        __tracebackhide__ = True
        try:
            if kind is None and not self.closed:
                self.settle()
                self.verify()
        finally:
            self.close()
