"""Calls that are passed on: to a telephone, to an app, to a SIP trunk, or not at all."""

from __future__ import annotations

from typing import Any

from scenario.backends.service import Json, Line, Site, cookie, end, proceed, say, svaml

AGENT = "+46701740605"


class Forward(Line):
    """Every call goes to one telephone. ``details`` are further parameters of ``connectPstn``."""

    def __init__(self, site: Site, *, announcement: str = "", **details: Any) -> None:
        super().__init__(site)
        self._before = [say(announcement)] if announcement else []
        self._details = {"number": AGENT, "cli": site.number, **details}

    def ice(self, _event: Json) -> Json:
        return svaml("connectPstn", *self._before, **self._details)


class OutOfHours(Line):
    """Nobody is there. The second number of the site has no answering machine, only a busy tone."""

    def __init__(self, site: Site, *, announcement: str = "") -> None:
        super().__init__(site)
        self._announcement = announcement

    def ice(self, event: Json) -> Json:
        if event["to"]["endpoint"] != self.site.number:
            return svaml("hangup", hangupCause=1)
        if not self._announcement:
            return end()
        return svaml("hangup", {"name": "answer"}, say(self._announcement))


class Switchboard(Line):
    """Who may call whom: app users call telephones, each other and SIP desks; telephones and SIP peers call app users."""

    barred = ("mallory",)
    """Users who may call nobody, and be called by nobody."""
    on_call = "lin"
    """The app user who takes calls to the number."""

    def ice(self, event: Json) -> Json:
        to = event["to"]
        if {event.get("user"), to["endpoint"]} & set(self.barred):
            return end()
        if event["originationType"] == "MXP":
            return self._from_app(event, to)
        if event["originationType"] == "SIP":
            return svaml("connectPstn", number=to["endpoint"], cli=self.site.number)
        ticket = {"key": "ticket", "value": f"from-{event['cli']}"}
        return svaml("connectMxp", destination={"type": "username", "endpoint": self.on_call}, callHeaders=[ticket])

    def _from_app(self, event: Json, to: Json) -> Json:
        headers = event.get("callHeaders")
        match to["type"]:
            case "number":
                return svaml("connectPstn", number=to["endpoint"], cli=self.site.number, maxDuration=1800)
            case "username":
                return svaml("connectMxp", destination=to, callHeaders=headers)
            case "sip":
                return svaml("connectSip", destination=to, cli=self.site.number, callHeaders=headers)
            case _:
                return end()


class Trunk(Line):
    """Calls to the number go to a desk behind a SIP trunk."""

    desk = "7001@pbx.example.net"

    def ice(self, event: Json) -> Json:
        queue = {"key": "X-Queue", "value": "billing"}
        to = {"type": "sip", "endpoint": self.desk}
        caller = cookie("X-Caller", event["cli"])
        return svaml("connectSip", caller, destination=to, transport="TLS", cli=self.site.number, callHeaders=[queue])

    def ace(self, _event: Json) -> Json:
        return proceed()
