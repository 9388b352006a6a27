"""Every port in process, on SQLite and files: the laptop, the tests and the demo."""
