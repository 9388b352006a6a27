"""Dify's external knowledge API: its conditions as our filters, our passages as its records, errors in its shape."""
