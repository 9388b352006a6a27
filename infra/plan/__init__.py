"""Shows, with no cloud and no credentials, what a stack would be, what survives a pause, and what both cost."""
