"""Calls that the backend has placed, or that are placed for it: reminders, campaigns, click-to-call, calling back."""

from __future__ import annotations

import json

from flask import request

from scenario.backends.service import Json, Line, Site, end, menu, proceed, run_menu, say, svaml

GREETINGS = {"en": "Good day.", "sv": "God dag."}


class Reminder(Line):
    """Calls somebody about a booking, whose number is in ``custom``, and asks whether it still stands."""

    def ace(self, event: Json) -> Json:
        greeting = GREETINGS.get(request.headers.get("X-CB-Language", ""), "Hello.")
        question = f"Your booking {event.get('custom', '')} is for tomorrow. Press 1 to confirm, or 2 to cancel."
        options = {"1": "return(confirm)", "2": "return(cancel)"}
        return run_menu(menu("main", question, options, repeats=1), before=(say(greeting),))

    def pie(self, event: Json) -> Json:
        words = {"confirm": "See you tomorrow.", "cancel": "Your booking is cancelled."}
        return end(words.get(event["menuResult"]["value"], "We will call again."))


class Campaign(Line):
    """Calls somebody, and speaks differently to people and to machines. ``in_passing``: it does not wait for the verdict."""

    message = "This is the library. Your book is due on Friday."

    def __init__(self, site: Site, *, in_passing: bool = False) -> None:
        super().__init__(site)
        self._in_passing = in_passing

    def ace(self, event: Json) -> Json:
        if self._in_passing:
            return svaml("continue", say("Hello, this is the library."))
        if event["amd"]["status"] == "machine":
            return end(self.message)
        return run_menu(menu("main", "Your book is due on Friday. Press 1 to keep it longer.", {"1": "return(longer)"}))

    def pie(self, event: Json) -> Json:
        return end("You may keep it for another week." if event["menuResult"]["value"] else "Good-bye.")

    def notify(self, event: Json) -> Json:
        call = f"/calling/v1/calls/id/{event['callid']}"
        if event["type"] == "amd_beep":
            self.rest("PATCH", call, end(self.message))
        elif event["type"] == "amd" and event["amd"]["status"] == "human":
            self.rest("PATCH", call, end("Your book is due on Friday."))
        return {}


class ClickToCall(Line):
    """Calls an agent first, and the customer once the agent has pressed 1. Both numbers are in ``custom``."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._asked: set[str] = set()

    def ice(self, event: Json) -> Json:
        return svaml("connectPstn", number=json.loads(event["custom"])["agent"], cli=self.site.number)

    def ace(self, event: Json) -> Json:
        if event["callid"] in self._asked:
            return proceed()
        self._asked.add(event["callid"])
        options = {"1": "return(connect)"}
        return run_menu(menu("main", "Press 1 to be connected to your customer.", options, repeats=0))

    def pie(self, event: Json) -> Json:
        if event["menuResult"]["value"] != "connect":
            return end("Another time, then.")
        return svaml("connectPstn", number=json.loads(event["custom"])["customer"], cli=self.site.number)


class CallBack(Line):
    """Takes no calls, and calls everybody back. ``eager`` is a mistake: it calls back for each DICE there is."""

    def __init__(self, site: Site, *, eager: bool = False) -> None:
        super().__init__(site)
        self._eager = eager

    def ice(self, _event: Json) -> Json:
        return end()

    def dice(self, event: Json) -> Json:
        known = self.over(event)
        if event.get("custom") == "called back" or (known and not self._eager):
            return {}
        destination = {"type": "number", "endpoint": f"+{event['from']}"}
        callout = {"cli": self.site.number, "destination": destination, "text": "You called us.", "custom": "called back"}
        self.rest("POST", "/calling/v1/callouts", {"method": "ttsCallout", "ttsCallout": callout})
        return {}
