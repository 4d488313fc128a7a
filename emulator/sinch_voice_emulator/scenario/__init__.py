"""Scenarios: what the outside world does during a call, and what should come of it, in a file."""
