"""Chooses the few lines of a log that say why it failed. Pure functions: no model, no network, no clock."""
