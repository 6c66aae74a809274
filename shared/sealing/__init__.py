"""Sealing: what must not be read on the way travels and rests encrypted."""
