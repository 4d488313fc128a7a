"""Backends as integrators write them, for the scenarios of the library to run against.

Each module is one family: ``ivr`` menus and queues, ``routing`` calls that are passed on, ``dialler`` calls that are placed,
``rooms`` conferences, ``recorder`` recordings, ``careless`` everything that a backend can do wrong.
"""
