"""Answers questions from documents: reads, chunks, indexes, retrieves and cites them."""
