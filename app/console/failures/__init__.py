"""The Failures page: why a job failed, and what is remembered of failures."""
