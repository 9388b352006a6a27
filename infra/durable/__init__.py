"""Survives a pause: cents a month, holds data. Every resource here is adopted when it exists and retained at destroy."""
