"""What is remembered of failures, each tenant its own: masked text only, in the records."""
