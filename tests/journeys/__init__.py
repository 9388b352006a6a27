"""Journeys: the real platform, used over HTTP and in a real Chromium as a person would."""
