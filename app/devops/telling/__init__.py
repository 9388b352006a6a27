"""Tells people: a comment on the change, a message, a ticket; masked text only, and nothing is lost when nobody answers."""
