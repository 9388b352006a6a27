"""Search side by side with other people's: same vectors, same chunks, same questions, one run (`make bench-peers`)."""
