"""The actions of SVAML, one module each. A new one is a module, a row here, a component of the OpenAPI document and a test."""

from __future__ import annotations

from sinch_voice_emulator.v1.svaml.actions import (
    connect_conf,
    connect_mxp,
    connect_pstn,
    connect_sip,
    connect_stream,
    hangup,
    park,
    proceed,
    record,
    run_menu,
)
from sinch_voice_emulator.v1.svaml.case import registry

ACTIONS = (
    hangup.HANGUP,
    proceed.CONTINUE,
    connect_pstn.CONNECT_PSTN,
    connect_mxp.CONNECT_MXP,
    connect_conf.CONNECT_CONF,
    connect_sip.CONNECT_SIP,
    connect_stream.CONNECT_STREAM,
    run_menu.RUN_MENU,
    park.PARK,
    record.START_RECORDING,
    record.STOP_RECORDING,
)

BY_NAME = registry(ACTIONS)
