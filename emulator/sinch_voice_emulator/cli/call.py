"""``call``: let a phone, a SIP peer or an app call the platform, and read along."""

from __future__ import annotations

import click

from sinch_voice_emulator.cli import COMMANDS
from sinch_voice_emulator.cli.client import Control, ControlError, control_options
from sinch_voice_emulator.ladder import Ladder

WAIT = 20.0
"""Seconds to wait for each page of the journal."""


@click.command("call", help=COMMANDS["call"][1])
@click.option("--from", "caller", required=True, metavar="WHO", help="Who calls: a number, a SIP address, an app user.")
@click.option("--to", required=True, metavar="WHOM", help="What is dialled: a number of the account, a user, conference:NAME.")
@click.option("--origin", type=click.Choice(["pstn", "sip", "app"]), default="pstn", show_default=True, help="Where from.")
@click.option("--press", multiple=True, metavar="KEYS", help="Keys to press at the next prompt. Repeatable: one prompt each.")
@click.option("--hang-up-after", type=float, metavar="SECONDS", help="When the caller hangs up, counted from the answer.")
@click.option("--application", default="", metavar="KEY", help="Whose call it is, if the number does not say.")
@click.option("--follow", is_flag=True, help="Print the call as it happens, until it has ended.")
@control_options
def command(
    url: str,
    token: str,
    account: str,
    caller: str,
    to: str,
    origin: str,
    press: tuple[str, ...],
    hang_up_after: float | None,
    application: str,
    follow: bool,
) -> None:
    """Place the call; print its id, or its ladder."""
    behaviour: dict[str, object] = {}
    if press:
        behaviour["reactions"] = [{"presses": keys} for keys in press]
    if hang_up_after is not None:
        behaviour["hangsUpAfter"] = hang_up_after
    body: dict[str, object] = {"origin": origin, "from": caller, "to": written(to)}
    if behaviour:
        body["behaviour"] = behaviour
    if application:
        body["application"] = application
    control = Control(url, token=token, account=account)
    placed = control.post("/calls", body)
    if not isinstance(placed, dict) or "callId" not in placed:
        raise ControlError(f"What answers at {url} is not the emulator's control API.")
    click.echo(f"Call {placed['callId']}")
    if follow:
        print_ladder(control, str(placed["callId"]))


def print_ladder(control: Control, call: str) -> None:
    """Print the lines of a call as they come about, until it has ended and its last callback is through."""
    ladder = Ladder()
    for page in control.pages(call=call, wait=WAIT):
        for entry in page["entries"]:
            for line in ladder.lines(entry):
                click.echo(line)
        if ladder.finished:
            return


def written(address: str) -> object:
    """An address as the control API takes it: as it is, or as an object for ``conference:NAME``."""
    if address.startswith("conference:"):
        return {"type": "conference", "endpoint": address.removeprefix("conference:")}
    return address
