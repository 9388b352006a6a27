"""Reads a pipeline's log: out come lines without markers, colours and secrets, numbered as in the log that was given."""
