"""The documents as tools of an MCP host: search, ask and fetch a passage, over stdio or HTTP."""
