"""A Bedrock runtime of our own: see README.md."""
