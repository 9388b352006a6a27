"""Applicant-tracking systems: where each publishes its jobs for programs, and how it writes them."""
