"""What can be set, from where, and what it came to: ``load()`` gives one frozen ``Settings``."""

from sinch_voice_emulator.settings.loading import load
from sinch_voice_emulator.settings.values import (
    API_ROLES,
    DEFAULT_KEY,
    DEFAULT_NUMBERS,
    DEFAULT_SECRET,
    ApplicationSettings,
    ListenAddress,
    NumberSettings,
    Role,
    Settings,
    SettingsError,
    TlsSettings,
)

__all__ = [
    "API_ROLES",
    "DEFAULT_KEY",
    "DEFAULT_NUMBERS",
    "DEFAULT_SECRET",
    "ApplicationSettings",
    "ListenAddress",
    "NumberSettings",
    "Role",
    "Settings",
    "SettingsError",
    "TlsSettings",
    "load",
]
