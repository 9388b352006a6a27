"""Reads a posting from what a page shows its readers, where it carries no data for machines."""
