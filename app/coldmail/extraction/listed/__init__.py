"""Reads the jobs of a list from what a page shows its readers: linked rows, cards, tables and accordions."""
