"""Deliveries as they are made from what the engine wants to tell."""

from __future__ import annotations

from sinch_voice_emulator.engine.effects import SendCallback
from sinch_voice_emulator.model.account import Account
from sinch_voice_emulator.model.call import Call
from sinch_voice_emulator.model.delivery import Delivery, DeliveryPolicy
from sinch_voice_emulator.model.instants import Instant
from sinch_voice_emulator.runtime.ports import Dialect


def policy_of(account: Account) -> DeliveryPolicy:
    """How callbacks of an account are attempted."""
    profile = account.profile
    return DeliveryPolicy(profile.callback_timeout, profile.try_fallback, profile.redelivery_attempts)


def letter(effect: SendCallback, call: Call, account: Account, now: Instant, dialect: Dialect) -> Delivery:
    """The callback that an effect asks for, with the call as it is now."""
    return Delivery(
        id=effect.delivery,
        call_id=call.id,
        application=call.application,
        event=effect.event.kind,
        created=now,
        body=dialect.body(effect.event, call, account, now),
        target=effect.target,
        policy=policy_of(account),
        forwarded_headers=call.forwarded_headers,
    )
