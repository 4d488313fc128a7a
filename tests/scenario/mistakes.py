"""Mistakes that backends make: each turns what makes a sample backend into what makes a wrong one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from flask import Flask, Response, request

from scenario.backends import dialler, ivr, rooms
from scenario.backends.service import Json, Line, Site, create_app, say

Make: TypeAlias = Callable[[Site], Flask]
Mistake: TypeAlias = Callable[[Make], Make]
Change: TypeAlias = Callable[[Any], Any]


def answers(event: str, change: Change) -> Mistake:
    """The backend answers an event otherwise."""

    def mutate(make: Make) -> Make:
        def made(site: Site) -> Flask:
            app = make(site)

            @app.after_request
            def otherwise(response: Response) -> Response:
                if response.status_code == 200 and request.get_json()["event"] == event:
                    response.set_data(json.dumps(change(response.get_json())))
                return response

            return app

        return made

    return mutate


def status(event: str, code: int) -> Mistake:
    """The backend answers an event with another status."""

    def mutate(make: Make) -> Make:
        def made(site: Site) -> Flask:
            app = make(site)

            @app.after_request
            def otherwise(response: Response) -> Response:
                if request.get_json()["event"] == event:
                    response.status_code = code
                return response

            return app

        return made

    return mutate


def another(kind: Callable[..., Line], flags: dict[str, bool] | None = None, **details: Any) -> Mistake:
    """Another backend, or the same with other details."""
    return lambda _make: lambda site: create_app(kind(site, **details), **(flags or {}))


def acts(**parameters: Any) -> Change:
    """With other parameters of the action; ``None`` takes one away."""

    def change(svaml: Json) -> Json:
        action = {key: value for key, value in {**svaml["action"], **parameters}.items() if value is not None}
        return {**svaml, "action": action}

    return change


def without(name: str) -> Change:
    """Without an instruction."""
    return lambda svaml: {**svaml, "instructions": [one for one in svaml["instructions"] if one["name"] != name]}


def always(svaml: Json) -> Change:
    """Whatever was to be answered."""
    return lambda _svaml: svaml


def menus(change: Change) -> Change:
    """With other menus."""
    return lambda svaml: {**svaml, "action": {**svaml["action"], "menus": change(svaml["action"]["menus"])}}


def swapped(main: Json) -> Json:
    """With the first two options exchanged."""
    first, second, *others = main["options"]
    return {**main, "options": [{**first, "dtmf": second["dtmf"]}, {**second, "dtmf": first["dtmf"]}, *others]}


def shortened(menu: Json) -> Json:
    """Without the last option."""
    return {**menu, "options": menu["options"][:-1]}


def answered_first(svaml: Json) -> Json:
    """With the instruction to answer before everything else."""
    return {**svaml, "instructions": [{"name": "answer"}, *svaml["instructions"]]}


def speaks_english(svaml: Json) -> Json:
    """With a greeting that is always the same."""
    return {**svaml, "instructions": [say("Good day.")]}


def only_once(make: Make) -> Make:
    """The backend refuses a callback that it has seen."""

    def made(site: Site) -> Flask:
        app = make(site)
        seen: set[bytes] = set()

        @app.before_request
        def refuse() -> Response | None:
            body = request.get_data()
            known = body in seen
            seen.add(body)
            return Response(status=409) if known else None

        return app

    return made


class Quiet(dialler.Campaign):
    """Does not act on what it is told about machines."""

    def notify(self, _event: Json) -> Json:
        return {}


class Deaf(dialler.Campaign):
    """Speaks to machines as to people."""

    def ace(self, event: Json) -> Json:
        return super().ace({**event, "amd": {"status": "human"}})


class Confused(ivr.Reception):
    """Keeps the choice of one caller for all."""

    choice: Json | None = None

    def pie(self, event: Json) -> Json:
        self.choice = self.choice or event["menuResult"]
        return super().pie({**event, "menuResult": self.choice})


class Patient(rooms.Rooms):
    """Does not count attempts."""

    def pie(self, event: Json) -> Json:
        return super().pie({**event, "cookies": []})


class Picky(ivr.Reception):
    """Takes only what it has seen in the reference."""

    def ice(self, event: Json) -> Json:
        assert event["to"]["type"] == "did"
        return super().ice(event)
