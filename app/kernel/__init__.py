"""Values, pure functions and ports: the standard library and pydantic, no vendor and no HTTP."""
