"""Everything that a backend can do wrong. Who calls decides which mistake is made, by the last two digits of the number."""

from __future__ import annotations

from typing import Any

from scenario.backends.routing import AGENT
from scenario.backends.service import Json, Line, menu, proceed, run_menu, say, svaml

MISTAKES: dict[str, dict[str, Any]] = {
    # a name that there is not
    "50": {"ice": {"action": {"name": "connectPsnt", "number": AGENT}}},
    # something is missing
    "51": {"ice": {"action": {"name": "connectConf"}}},
    # two actions at once
    "52": {"ice": {"action": [{"name": "hangup"}, {"name": "continue"}]}},
    # an action that is for other events
    "53": {"ice": {"action": {"name": "continue"}}},
    "54": {"ace": {"action": {"name": "connectPstn", "number": AGENT}}},
    "55": {"pie": {"action": {"name": "connectMxp", "destination": {"type": "username", "endpoint": "lin"}}}},
    # nothing at all
    "60": {"ice": {}},
    "61": {"ace": {}},
    "62": {"pie": {}},
    # instructions, and no action
    "63": {"pie": {"instructions": [say("Thank you.")]}},
}


class Careless(Line):
    """A line that would work, but for one mistake."""

    def __init__(self, site: Any) -> None:
        super().__init__(site)
        self._callers: dict[str, str] = {}

    def ice(self, event: Json) -> Json:
        self._callers[event["callid"]] = event["cli"][-2:]
        if "pie" in self._mistakes(event):
            return run_menu(menu("main", "Press 1.", {"1": "return(one)"}))
        return self._answer(event, svaml("connectPstn", number=AGENT, cli=self.site.number))

    def ace(self, event: Json) -> Json:
        return self._answer(event, proceed())

    def pie(self, event: Json) -> Json:
        return self._answer(event, svaml("hangup"))

    def _mistakes(self, event: Json) -> dict[str, Any]:
        return MISTAKES.get(self._callers[event["callid"]], {})

    def _answer(self, event: Json, right: Json) -> Json:
        wrong: Json = self._mistakes(event).get(event["event"], right)
        return wrong
