"""Tests of the console against a fake API; the real one and a real browser are in tests/journeys."""
