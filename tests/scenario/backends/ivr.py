"""Menus: a reception that puts callers through, a line that takes a code, one that listens to words, and a queue."""

from __future__ import annotations

from scenario.backends.service import Json, Line, Site, cookie, cookies_of, end, menu, run_menu, say, svaml

TEAMS = {"1": "sales", "2": "support"}
AGENTS = {"sales": "+46701740605", "support": "+46701740606"}


class Reception(Line):
    """A menu with two teams and, under 3, a menu of its own about opening hours."""

    def __init__(self, site: Site, *, barge: bool = True, dial_timeout: int | None = None) -> None:
        super().__init__(site)
        self._barge = barge
        self._dial_timeout = dial_timeout

    def ice(self, _event: Json) -> Json:
        main = menu(
            "main",
            "Welcome. Press 1 for sales, 2 for support, or 3 for our opening hours.",
            {**{key: f"return({team})" for key, team in TEAMS.items()}, "3": "menu(hours)"},
            repeatPrompt="#tts[Please press 1, 2 or 3.]",
            repeats=2,
            timeoutMills=4000,
        )
        options = {"1": "return(weekdays)", "2": "return(weekends)", "0": "menu(main)"}
        hours = menu("hours", "Press 1 for weekdays, 2 for weekends, or 0 to go back.", options)
        return run_menu(main, hours, barge=self._barge)

    def pie(self, event: Json) -> Json:
        result = event["menuResult"]
        if result["type"] != "return":
            return end("We did not get your choice. Good-bye.")
        if result["menuId"] == "hours":
            return end("From nine to five." if result["value"] == "weekdays" else "We are closed.")
        team = result["value"]
        if team not in AGENTS:
            return end("That choice is no longer there.")
        before = (cookie("team", team), say(f"We are putting you through to {team}."))
        agent = AGENTS[team]
        return svaml("connectPstn", *before, number=agent, cli=self.site.number, dialTimeout=self._dial_timeout)

    def dice(self, event: Json) -> Json:
        team = cookies_of(event).get("team", "nobody")
        verdict = "success" if event["result"] == "ANSWERED" else "failure"
        return svaml("hangup", {"name": "ReportCallStatus", "value": verdict, "details": f"was put through to {team}"})


class CodeLine(Line):
    """A line that asks for a code of up to four digits and says it back."""

    def ice(self, _event: Json) -> Json:
        return run_menu(menu("code", "Enter your code, and pound if it is short.", maxDigits=4, timeoutMills=3000))

    def pie(self, event: Json) -> Json:
        digits = event["menuResult"]["value"]
        return end(f"Your code is {' '.join(digits)}." if digits else "We did not get your code.")


class Listener(Line):
    """A menu that takes words for keys."""

    def ice(self, _event: Json) -> Json:
        words = {"1": "sales", "2": "support"}
        options = [{"dtmf": key, "input": word, "action": f"return({word})"} for key, word in words.items()]
        main = menu("main", "Say sales or support.", repeats=1) | {"options": options}
        return run_menu(main, enableVoice=True, locale="en-US")

    def pie(self, event: Json) -> Json:
        result = event["menuResult"]
        if result["type"] != "return":
            return end("We did not understand you. Good-bye.")
        return svaml("connectPstn", number=AGENTS[result["value"]], cli=self.site.number)


class Queue(Line):
    """Callers wait here until somebody fetches them over the REST API."""

    def ice(self, _event: Json) -> Json:
        wait = {
            "introPrompt": "#tts[All our agents are busy.]",
            "holdPrompt": "#tts[Please hold the line.]",
            "maxDuration": 120,
        }
        return svaml("park", locale="en-US", **wait)
