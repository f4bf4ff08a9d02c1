"""Carry a station's entries up to central and its roster down, over a wire that may fail at any moment."""

__version__ = "0.1.0"
