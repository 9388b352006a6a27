"""The DevOps assistant: from the log of a failed pipeline to its cause, a fix, and a patch that was checked."""
