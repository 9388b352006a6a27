"""Masks secrets and personal data in text, before it is kept, logged or sent; for all apps.

`Redactor` is the way in. Each other module finds one kind of secret; all look for literals first, so that text without
secrets costs little, and none has a pattern whose time grows faster than the text.
"""

from app.kernel.redaction.redactor import LITERALS, Redactor

__all__ = ["LITERALS", "Redactor"]
