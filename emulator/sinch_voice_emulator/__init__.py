"""A local stand-in for the Sinch Voice platform (Voice API v1). In tests: ``SinchVoice``, ``AsyncSinchVoice``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sinch_voice_emulator.testkit import AsyncSinchVoice, ExpectationFailed, SinchVoice

__version__ = "0.1.0"
__all__ = ["AsyncSinchVoice", "ExpectationFailed", "SinchVoice", "__version__"]


def __getattr__(name: str) -> Any:
    """The Python API, loaded when somebody asks for it."""
    if name in __all__:
        import importlib

        return getattr(importlib.import_module("sinch_voice_emulator.testkit"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
