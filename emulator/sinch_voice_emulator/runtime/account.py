"""One account at work: its engine behind the only lock, its clock, its journal and its outgoing callbacks.

Every public method is one *step*: take the lock, fire what is due, do one thing, write down and queue what came of it, let go
of the lock, wake whoever waits. Nothing blocks inside a step; whoever exchanges callbacks does so outside, and comes back
with ``conclude``.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from sinch_voice_emulator.engine.effects import Basis, Effect, Note, SendCallback, Severity
from sinch_voice_emulator.engine.inputs import Input
from sinch_voice_emulator.errors import EmulatorError, NotFound
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.delivery import Attempt, CallbackTarget, Delivery, DeliveryState, EventKind
from sinch_voice_emulator.model.instants import Instant, Millis
from sinch_voice_emulator.runtime import clocks, reports, signing
from sinch_voice_emulator.runtime.alarms import Alarm
from sinch_voice_emulator.runtime.bounds import DEFAULT_BOUNDS, Bounds
from sinch_voice_emulator.runtime.clocks import Clock, real_perf_counter
from sinch_voice_emulator.runtime.delivery_faults import DeliveryFaults, Tamper
from sinch_voice_emulator.runtime.journal import Journal
from sinch_voice_emulator.runtime.letters import letter, policy_of
from sinch_voice_emulator.runtime.openness import OpenWork
from sinch_voice_emulator.runtime.outbox import Outbox
from sinch_voice_emulator.runtime.ports import Answer, Dialect, Failure, Headers
from sinch_voice_emulator.runtime.requests import OpenRequest
from sinch_voice_emulator.runtime.seeds import renewed
from sinch_voice_emulator.runtime.steps import Step
from sinch_voice_emulator.runtime.waking import WakeList

if TYPE_CHECKING:
    from sinch_voice_emulator.engine.engine import Engine

T = TypeVar("T")
MakeEngine = Callable[[Account, str, int], "Engine"]


class AccountRuntime:
    """One tenant at work. Thread-safe. ``wake`` holds what is called, outside the lock, after every step."""

    def __init__(
        self, seed: Account, clock: Clock, dialect: Dialect, make_engine: MakeEngine, bounds: Bounds = DEFAULT_BOUNDS
    ) -> None:
        self.name = seed.name
        self.epoch = 1
        self.clock = clock
        self.journal = Journal(bounds.journal_entries, bounds.journal_bytes)
        self.closed = False
        self.wake = WakeList()
        self.driven_by_hand = False
        """Whether a test exchanges the callbacks and moves the clock itself, and the server must not."""
        self._dialect = dialect
        self._make_engine = make_engine
        self._bounds = bounds
        self.seed = copy.deepcopy(seed)
        self.lock = threading.RLock()
        self._now: Instant = clock.now()
        self._begin(copy.deepcopy(seed))

    def _begin(self, account: Account, seed: str = "") -> None:
        self.account = account
        self.engine = self._make_engine(account, seed or f"{self.name}|{self.epoch}", self._bounds.ended_calls)
        self._outbox = Outbox(self._bounds.deliveries, self._bounds.delivery_bytes)
        self.open = OpenWork(self._outbox)
        self.faults = DeliveryFaults(self.engine.state.ids.seed)
        self._awaited: set[str] = set()
        self._extra: set[str] = set()
        self._said: set[str] = set()

    # --- steps ---------------------------------------------------------------------------------------------------------

    def submit(self, input: Input, request: OpenRequest | None = None) -> str | None:
        """Give the engine an input and return its reply. Deliveries it causes are held while ``request`` is open.

        Raises what the engine raises, before anything was changed.
        """
        with self._step() as now:
            outcome = self.engine.handle(input, now)
            self._carry_out(outcome.effects, now, request)
            return outcome.reply

    def configure(self, change: Callable[[Account], T], kind: str, data: Mapping[str, object]) -> T:
        """Change the account's configuration and write ``kind`` and ``data`` into the journal."""
        with self._step() as now:
            result = change(self.account)
            self.journal.append(now, kind, data)
            return result

    def read(self, view: Callable[[Engine, Instant], T]) -> T:
        """What ``view`` makes of the engine, with everything due having happened. ``view`` must not keep or change state."""
        with self._step(changes=False) as now:
            return view(self.engine, now)

    def note(
        self,
        kind: str,
        data: Mapping[str, object],
        severity: Severity = Severity.INFO,
        call_id: str = "",
        basis: Basis | None = None,
        wall: Mapping[str, object] | None = None,
    ) -> None:
        """Write into the journal."""
        with self._step() as now:
            self.journal.append(now, kind, data, call_id=call_id, severity=severity, basis=basis, wall=wall)

    def fault(self, text: str) -> None:
        """Write down that the emulator itself failed. Fires nothing, since that may be what fails."""
        with self.lock:
            self._advance()
            data = {"text": f"this is a fault of the emulator: {text}"}
            self.journal.append(self._now, "remark", data, severity=Severity.PROBLEM)
        self.wake.ring()

    def fire_due(self, budget: float | None = None) -> None:
        """Fire every timer that is due; with a ``budget`` (wall-clock seconds) stop when it is used up."""
        with self._step(budget, changes=False):
            pass

    def next_deadline(self, *, guards: bool = True) -> Instant | None:
        """When something is due next; without ``guards``, not counting maximum durations and park limits."""
        with self.lock:
            return None if self.closed else self._deadline(guards=guards)

    # --- requests of the Calling API -----------------------------------------------------------------------------------

    def open_request(self) -> OpenRequest:
        """Say that a request of the Calling API has begun. It must be closed once its response has left."""
        with self.lock:
            request = OpenRequest(self.epoch, self._close_request, after=self.journal.last)
            self.open.requests.add(request)
            return request

    def _close_request(self, request: OpenRequest) -> None:
        with self.lock:
            if request.closed:
                return
            request.closed = True
            if request.epoch != self.epoch:
                return
            self.open.answered(request)
        self.wake.ring()

    # --- deliveries ----------------------------------------------------------------------------------------------------

    @property
    def deliveries(self) -> Mapping[str, Delivery]:
        """Deliveries by id, oldest first: all that are under way and the latest of those concluded."""
        return self._outbox.log

    def take_ready(self, limit: int | None = None) -> list[Delivery]:
        """Deliveries whose turn it is, at most ``limit``, in order of issue. They are in flight until concluded."""
        with self.lock:
            return [] if self.closed else self._outbox.take(limit)

    @property
    def has_ready(self) -> bool:
        """Whether ``take_ready`` would give anything."""
        return self._outbox.has_ready() and not self.closed

    def attempted(self, delivery: Delivery, attempt: Attempt) -> None:
        """Record one attempt of a delivery in flight. Does nothing for a delivery of an earlier epoch."""
        with self.lock:
            if not self._is_current(delivery):
                return
            delivery.attempts.append(attempt)
            self._advance()
            reports.attempted(self.journal, self._now, delivery, attempt)
        self.wake.ring()

    def sign(self, delivery: Delivery, url: str, tamper: Tamper | None = None) -> Headers:
        """The headers of an attempt to reach ``url`` now. Raises ``NotFound`` when the application is gone."""
        with self.lock:
            return signing.headers(self._dialect, self.account, delivery, url, self.clock.now(), tamper)

    def wait_for_time(self, delivery: Delivery, milliseconds: Millis, *, overtaken: bool = False) -> Alarm:
        """Have a delivery go on after a while, or once another one of its call has ``overtaken`` it."""
        with self.lock:
            self._advance()
            alarm = Alarm(self._now + milliseconds, delivery.id, delivery.call_id, overtaken)
            if milliseconds <= 0 or not self._is_current(delivery):
                alarm.rung = True
            else:
                self.open.alarms.add(alarm)
        self.wake.ring()
        return alarm

    def step_aside(self, delivery: Delivery) -> None:
        """Let the next callback of the same call leave before this one, which is in flight."""
        with self.lock:
            if self._is_current(delivery):
                self._outbox.step_aside(delivery)
        self.wake.ring()

    def too_late(self, delivery: Delivery, answer: str, why: str) -> None:
        """Record that an answer came that changes nothing any more."""
        with self.lock:
            if self._is_current(delivery):
                self._advance()
                reports.too_late(self.journal, self._now, delivery, answer, why)
        self.wake.ring()

    def conclude(self, delivery_id: str, answer: Answer | Failure, *, ordered: bool = False) -> None:
        """Say how a delivery in flight ended. Answers that come too late, or for an earlier epoch, change nothing.

        ``ordered``: a test wanted it so, and a failure is no finding.
        """
        with self.lock:
            if delivery_id not in self._outbox.log or self.closed:
                return
        with self._step() as now:
            state = DeliveryState.ANSWERED if reports.is_success(answer) else DeliveryState.FAILED
            delivery = self._outbox.finish(delivery_id, state)
            if delivery is None:
                return
            self.open.concluded(delivery)
            awaited = delivery_id in self._awaited
            self._awaited.discard(delivery_id)
            call = self.engine.state.calls.get(delivery.call_id)
            if delivery_id in self._extra:
                self._extra.discard(delivery_id)
                reports.recorded(self.journal, now, delivery, answer)
            elif call is None or (awaited and (call.pending is None or call.pending.delivery != delivery_id)):
                state_now = call.state.value if call is not None else "forgotten"
                reports.discarded(self.journal, now, delivery, f"the answer came too late: the call is {state_now} by now")
            else:
                self._apply(delivery, call, answer, now, ordered)
            self._say_forgotten("deliveries", self._outbox.forgotten, self._bounds.deliveries, now)

    def send_extra(
        self,
        event: EventKind,
        body: bytes,
        target: CallbackTarget,
        *,
        call_id: str,
        application: str,
        forwarded_headers: tuple[tuple[str, str], ...] = (),
    ) -> Delivery:
        """Send a callback the engine did not ask for. The answer is recorded and not acted on."""
        with self._step() as now:
            delivery = Delivery(
                id=self.engine.state.ids.next("extra-delivery"),
                call_id=call_id,
                application=application,
                event=event,
                created=now,
                body=body,
                target=target,
                policy=policy_of(self.account),
                forwarded_headers=forwarded_headers,
            )
            self._extra.add(delivery.id)
            self._queue(delivery, now, None)
            return delivery

    # --- life of the account -------------------------------------------------------------------------------------------

    def reset(self, start: Instant | None = None, seed: str = "") -> None:
        """Begin anew under the next epoch: configuration of the seed with its keys and secrets, no calls, an empty journal.

        With ``start`` it begins at that instant, which may lie in the past. Ids are made from ``seed``, by default the epoch.
        """
        with self._step():
            self.open.alarms.ring_all()
            account = renewed(self.seed, self.account)
            self.epoch += 1
            if start is not None:
                self._now = clocks.restart(self.clock, start)
            self._begin(account, seed)
            self.journal.restart(self.epoch)
            self.journal.append(self._now, "account.reset", {"epoch": self.epoch})

    def start_at(self, instant: Instant) -> bool:
        """Have an account on which nothing has happened yet begin at ``instant``. Whether that was so."""
        with self.lock:
            if self.engine.state.calls or self._outbox.log or self.closed:
                return False
            self._now = clocks.restart(self.clock, instant)
        self.wake.ring()
        return True

    def hold(self, reason: str = "") -> str:
        """Have virtual time stand still until ``release``: somebody works on what a callback set off."""
        with self._step():
            return self.open.hold(reason)

    def release(self, hold: str) -> None:
        """Give up a hold; raises ``NotFound``."""
        with self._step():
            self.open.release(hold)

    def close(self) -> None:
        """The account was deleted: nothing leaves any more, waiters and streams end."""
        with self.lock:
            self.closed = True
            self.open.alarms.ring_all()
        self.wake.ring()

    @property
    def settled(self) -> bool:
        """No timer due, no delivery under way, no request of the Calling API open."""
        with self.lock:
            return not (self.open.is_open() or self._is_due())

    def open_work(self) -> list[str]:
        """What keeps the account from being settled, a sentence each."""
        with self.lock:
            work = list(self.open.sentences())
            if self._is_due():
                work.append(f"a timer was due at {self._deadline()}, and it is {self._now}")
            return work

    # --- inside the step -----------------------------------------------------------------------------------------------

    def _step(self, budget: float | None = None, *, changes: bool = True) -> Step:
        """Lock, fire, do; then wake the waiters, of a step without ``changes`` only when something was fired."""
        return Step(self, budget, changes)

    def begin_step(self, budget: float | None) -> tuple[Instant, bool]:
        """For ``Step``: fire what is due. The present instant, and whether anything was fired."""
        if self.closed:
            raise NotFound(f"account {self.name} was deleted")
        self._advance()
        return self._now, self._fire(self._now, budget)

    def _advance(self) -> None:
        self._now = max(self._now, self.clock.now())

    def _is_due(self) -> bool:
        self._advance()
        deadline = self._deadline()
        return deadline is not None and deadline <= self._now

    def _deadline(self, *, guards: bool = True) -> Instant | None:
        timer, alarm = self.engine.next_deadline(guards=guards), self.open.alarms.next()
        return alarm if timer is None else timer if alarm is None else min(timer, alarm)

    def _fire(self, until: Instant, budget: float | None) -> bool:
        """Fire deadline by deadline, so that what a timer causes is described as of then. Whether anything was fired."""
        deadline = self._deadline()
        if deadline is None or deadline > until:
            return False
        stop = None if budget is None else real_perf_counter() + budget
        while deadline is not None and deadline <= until:
            self._carry_out(self.engine.fire_due(deadline), deadline, None)
            self.open.alarms.ring_due(deadline)
            if stop is not None and real_perf_counter() >= stop:
                break
            deadline = self._deadline()
        return True

    def _carry_out(self, effects: Iterable[Effect], now: Instant, request: OpenRequest | None) -> None:
        for effect in effects:
            match effect:
                case Note():
                    reports.noted(self.journal, now, effect)
                case SendCallback():
                    self._send(effect, now, request)
        self._say_forgotten("ended calls", self.engine.state.forgotten, self._bounds.ended_calls, now)

    def _send(self, effect: SendCallback, now: Instant, request: OpenRequest | None) -> None:
        call = self.engine.state.calls[effect.call_id]
        delivery = letter(effect, call, self.account, now, self._dialect)
        if call.pending is not None and call.pending.delivery == delivery.id:
            self._awaited.add(delivery.id)
        self._queue(delivery, now, request)

    def _queue(self, delivery: Delivery, now: Instant, request: OpenRequest | None) -> None:
        held = request is not None and request in self.open.requests
        self._outbox.add(delivery, held=held)
        if request is not None and held:
            request.held.append(delivery)
        reports.queued(self.journal, now, delivery)

    def _is_current(self, delivery: Delivery) -> bool:
        return self._outbox.log.get(delivery.id) is delivery and not self.closed

    def _apply(self, delivery: Delivery, call: Call, answer: Answer | Failure, now: Instant, ordered: bool) -> None:
        meaning = self._dialect.interpret(delivery, call, self.account, answer)
        reports.concluded(self.journal, now, delivery, answer, meaning, ordered)
        for input in meaning.inputs:
            try:
                self._carry_out(self.engine.handle(input, now).effects, now, None)
            except EmulatorError as refusal:
                reports.discarded(self.journal, now, delivery, str(refusal))

    def _say_forgotten(self, what: str, count: int, bound: int, now: Instant) -> None:
        if count and what not in self._said:
            self._said.add(what)
            text = f"more than {bound} {what} were kept; from now on the oldest are forgotten"
            self.journal.append(now, "remark", {"text": text}, severity=Severity.WARNING)
