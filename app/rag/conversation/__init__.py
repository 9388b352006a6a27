"""Conversations: what was asked and answered in a session, and how a follow-up comes to stand alone."""
