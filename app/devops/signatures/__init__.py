"""What known failures look like: YAML files by platform, and the search for them in a log.

How to add one: docs/reference/signatures.md.
"""

from app.devops.signatures.entry import Signature, Strength
from app.devops.signatures.library import SignatureLibrary, read_library
from app.devops.signatures.search import Hit, search

__all__ = ["Hit", "Signature", "SignatureLibrary", "Strength", "read_library", "search"]
