"""The rules for GitHub workflows."""
