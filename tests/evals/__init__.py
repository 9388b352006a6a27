"""Quality, scored on public data next to the repository; never asserted word for word."""
