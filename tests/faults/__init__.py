"""The service while a store is slow, away, resetting, cutting or trickling: a small fault proxy stands before it."""
