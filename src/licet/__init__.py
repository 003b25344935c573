"""Licet turns "is it good enough?" into a signed, expiring permission with a number on it."""

__version__ = "0.1.0"
