"""An application whose callback URL was taken away: nobody is asked, and that is no mistake of the test's."""

from __future__ import annotations

import pytest

from scenario.playing_site import passes, read
from sinch_voice_emulator.errors import Conflict
from sinch_voice_emulator.scenario import running
from sinch_voice_emulator.testkit import SinchVoice

TAKEN_AWAY = """
    steps:
      - request:
          method: POST
          path: /v1/configuration/callbacks/applications/${key}
          body: { url: { primary: "" } }
      - app_call: { user: lin, to: "+46700000001" }
      - expect: { dialled: "+46700000001" }
      - expect: { told: [] }
      - hang_up: caller
"""


def test_a_callback_url_that_the_scenario_takes_away(voice: SinchVoice) -> None:
    passes(voice, TAKEN_AWAY)


def test_who_has_no_backend_at_all_is_told_to_name_one(voice: SinchVoice) -> None:
    outcome = voice.work(running.playing(voice, read("steps:\n  - incoming_call: {}\n"), {}, {}))
    assert "nobody answers the callbacks of application" in outcome.why
    with pytest.raises(Conflict, match="nobody answers the callbacks"):
        voice.incoming_call()
