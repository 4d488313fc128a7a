"""Sending a callback once more, because somebody asked for it."""

from __future__ import annotations

from sinch_voice_emulator.errors import Conflict, NotFound
from sinch_voice_emulator.model.delivery import Delivery, DeliveryState
from sinch_voice_emulator.runtime.account import AccountRuntime


def send_again(account: AccountRuntime, delivery_id: str) -> Delivery:
    """Send a concluded delivery once more, under an id of its own. The answer is recorded and not acted on.

    Raises ``NotFound`` for an unknown delivery and ``Conflict`` for one that is still under way.
    """
    original = account.deliveries.get(delivery_id)
    if original is None:
        raise NotFound(f"there is no delivery {delivery_id} (any more); the list of deliveries names those there are")
    if original.state not in (DeliveryState.ANSWERED, DeliveryState.FAILED, DeliveryState.DROPPED):
        raise Conflict(f"delivery {delivery_id} is {original.state.value} and can be sent again once it is concluded")
    again = account.send_extra(
        original.event,
        original.body,
        original.target,
        call_id=original.call_id,
        application=original.application,
        forwarded_headers=original.forwarded_headers,
    )
    account.note("control.redeliver", {"original": delivery_id, "delivery": again.id}, call_id=again.call_id)
    return again
