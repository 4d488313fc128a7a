"""The behaviour profile: every point on which sources about the platform disagree, as one frozen value per account.

Each field is a row of the project's list of defaults. ``OBSERVED`` (what captured traffic shows) is the default;
``DOCUMENTED`` follows the published reference where the two differ; ``STRICT`` also refuses what the platform is only
suspected to tolerate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sinch_voice_emulator.model.instants import SECOND, Millis

ContentType = Literal["application/json; charset=utf-8", "application/json"]


NONE = "none"
"""How a switch that may be empty is emptied where there is no null."""


@dataclass(frozen=True, slots=True)
class BehaviourProfile:
    """All switches. Times are milliseconds. Every field carries its default and, in ``CHOICES``, what else it can be."""

    # callbacks on the wire
    callback_content_type: ContentType = "application/json; charset=utf-8"
    callback_timestamp: Literal["seven-digits", "whole-seconds"] = "seven-digits"
    callback_clock: Literal["wall", "account"] = "wall"
    callback_timeout: Millis = 5 * SECOND
    try_fallback: bool = True
    redelivery_attempts: int = 0
    cookies: Literal["when-set", "always", "never"] = "when-set"
    pie_add_to_context: Literal["empty", "absent"] = "empty"
    cli_with_plus: bool = False
    notify_application_key: bool = False
    ice_user: bool = True
    custom_callout_origination: Literal["SERVER", "PSTN"] = "SERVER"
    amd_async_inprogress: bool = False
    amd_duration_unit: Literal["s", "ms"] = "s"

    # which events there are
    dice_on_callee_hangup: Literal["one", "two"] = "one"
    ace_when_sip_answers: Literal["one", "two"] = "one"
    dice_for_app_to_app: bool = True
    require_url_for_pstn: bool = False

    # how calls end
    declined_reason: Literal["CANCEL", "N/A"] = "CANCEL"
    tts_finished_reason: Literal["MANAGERHANGUP", "CALLERHANGUP"] = "MANAGERHANGUP"
    callout_without_cli: Literal["fails", "rings"] = "fails"
    invalid_svaml_reason: Literal["INVALIDSVAMLACTION", "CALLBACKERROR"] = "INVALIDSVAMLACTION"
    invalid_ace: Literal["hangup", "continue"] = "hangup"
    pie_without_action: Literal["hangup", "invalid"] = "hangup"
    max_duration_reason: Literal["TIMEOUT", "MANAGERHANGUP"] = "TIMEOUT"
    unanswered_duration: Literal["absent", "zero"] = "absent"
    strict_documented_reasons: bool = False

    # SVAML
    validator: Literal["lenient", "strict"] = "lenient"
    accept_snake_case: bool = False
    ice_prompt_answers: bool = False

    # REST
    get_call_timestamp: Literal["zoneless", "zulu"] = "zoneless"
    get_call_from: Literal["inbound-and-app", "always", "never"] = "inbound-and-app"
    patch_status: Literal[204, 200] = 204
    participant_call_id: bool = False
    basic_auth_allowed: Literal["all", "traffic-only", "none"] = "all"
    require_leading_plus: bool = False
    destination_number_alias: bool = False
    timestamp_window: Millis | None = 300 * SECOND
    stale_timestamp_code: Literal[40101, 40105] = 40101
    requests_per_second: int | None = None

    # the telephone network
    default_ring: Millis = 60 * SECOND
    default_max_duration: Millis = 14_400 * SECOND
    default_park: Millis = 600 * SECOND
    unowned_cli: Literal["kept", "private"] = "kept"
    dialling_own_number: Literal["phone", "inbound-call"] = "phone"
    region_less_lookup: Literal["all-regions", "default-region"] = "all-regions"

    # prompts, which have a length although nobody hears them
    prompt_scale: float = 1.0
    speech_ms_per_char: Millis = 60
    speech_min: Millis = 500
    file_length: Millis = 2 * SECOND


OBSERVED = BehaviourProfile()
DOCUMENTED = replace(
    OBSERVED,
    callback_content_type="application/json",
    callback_timestamp="whole-seconds",
    pie_add_to_context="absent",
    ice_user=False,
    get_call_timestamp="zulu",
    callout_without_cli="rings",
    declined_reason="N/A",
    unowned_cli="private",
)
STRICT = replace(
    DOCUMENTED,
    validator="strict",
    require_leading_plus=True,
    pie_without_action="invalid",
    callout_without_cli="fails",
)

PRESETS = {"observed": OBSERVED, "documented": DOCUMENTED, "strict": STRICT}
