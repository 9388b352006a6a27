"""A small server that speaks the OpenAI wire, well or badly on purpose."""
