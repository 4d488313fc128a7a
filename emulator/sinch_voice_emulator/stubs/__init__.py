"""Canned answers that take precedence over the engine, for clients whose own tests expect certain ids and values.

``reading`` makes stubs from files and from JSON, ``paths`` and ``placeholders`` are their two small languages, ``book`` keeps
those of an account, ``answering`` makes an answer from one.
"""
