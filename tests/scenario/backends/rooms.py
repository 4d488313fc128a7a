"""Conferences: people dial in with a code, come from an app, or are called."""

from __future__ import annotations

from typing import Any

from scenario.backends.service import Json, Line, Site, cookie, cookies_of, end, menu, run_menu, say, svaml

CODES = {"4821": "standup", "7000": "board"}
ATTEMPTS = 3


class Rooms(Line):
    """The number of the site asks for a code, its second number leads to one room; app users say which room they want.

    ``details`` are further parameters of ``connectConf``.
    """

    open_room = "standup"
    members = ("anna", "lin", "bo")

    def __init__(self, site: Site, **details: Any) -> None:
        super().__init__(site)
        self._details = {"moh": "music1", **details}

    def ice(self, event: Json) -> Json:
        to = event["to"]
        if to["type"] == "conference":
            return self._room(to["endpoint"]) if event["user"] in self.members else end()
        if to["endpoint"] != self.site.number:
            return self._room(self.open_room)
        return self._ask("Welcome. Enter the code of your conference.")

    def ace(self, event: Json) -> Json:
        return self._room(event["custom"], say("You are joining the conference."))

    def pie(self, event: Json) -> Json:
        if "conferenceId" in event:
            return {}
        room = CODES.get(event["menuResult"]["value"])
        if room is not None:
            return self._room(room, say(f"You are joining {room}."))
        attempt = int(cookies_of(event).get("attempt", "1"))
        if attempt == ATTEMPTS:
            return end("That was not right either. Good-bye.")
        return self._ask("That code is not right. Please try again.", cookie("attempt", str(attempt + 1)))

    def _ask(self, text: str, *before: Json) -> Json:
        return run_menu(menu("code", text, maxDigits=4, repeats=0), before=before)

    def _room(self, name: str, *before: Json) -> Json:
        return svaml("connectConf", *before, conferenceId=name, **self._details)
