"""A local stand-in for the Sinch Voice platform (Voice API v1)."""

__version__ = "0.1.0"
