"""A call engine: inputs go in with the time, state changes, effects come out.

It reads no clock, opens no socket and knows neither JSON, nor SVAML, nor a URL. ``Engine.handle`` either raises before it
changed anything, or changes state and returns a reply and effects; the same state, input and time give the same outcome.
"""
