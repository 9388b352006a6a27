"""Fetches public pages and nothing else: each address is judged where the connection is made."""

from app.adapters.guarded_fetch.pages import GuardedPages, Limits

__all__ = ["GuardedPages", "Limits"]
