"""A draft as a file of mail programs, and drafts as a table; nothing here sends anything."""

import csv
import io
from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP

from app.coldmail.history import Draft

_COLUMNS = ("id", "created_at", "company", "title", "subject", "body", "links", "model", "fallback")
# A spreadsheet takes a cell that begins so for a formula; some take the wide signs too, and some skip blanks.
_FORMULA = tuple("=+-@＝＋－＠")
_BLANK = ("\t", "\r", "\n")


def eml(draft: Draft) -> bytes:
    """A message without sender and recipient, marked as unsent: a mail program opens it for editing."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(str(draft["subject"]).split())
    message["X-Unsent"] = "1"
    message.set_content(str(draft["body"]))
    return message.as_bytes()


def table(drafts: Iterable[Draft]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    for draft in drafts:
        job = draft.get("job") or {}
        row = {**draft, **{name: job.get(name) or "" for name in ("title", "company")}}
        row["links"] = " ".join(draft["links"])
        writer.writerow([_cell(str(row.get(name, ""))) for name in _COLUMNS])
    return file.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_BLANK) or text.lstrip().startswith(_FORMULA) else text
