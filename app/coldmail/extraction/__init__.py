"""Reads jobs from a career page: pure functions from bytes to values, with no I/O. `read.py` is the door."""
