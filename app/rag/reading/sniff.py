"""Decides what a file is: by its first bytes, and where those say nothing, by its extension."""

import io
import re
import zipfile
from enum import StrEnum

from app.kernel.errors import UnreadableDocument, UnsupportedDocument

ACCEPTED = "send PDF, DOCX, TXT, MD or HTML"


class Format(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    TXT = "txt"
    MD = "md"
    HTML = "html"


_EXTENSIONS = {
    "pdf": Format.PDF,
    "docx": Format.DOCX,
    "docm": Format.DOCX,
    "txt": Format.TXT,
    "text": Format.TXT,
    "log": Format.TXT,
    "md": Format.MD,
    "markdown": Format.MD,
    "mdown": Format.MD,
    "html": Format.HTML,
    "htm": Format.HTML,
    "xhtml": Format.HTML,
}
_FOREIGN = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"RIFF", "a RIFF media file"),
    (b"OggS", "an Ogg media file"),
    (b"ID3", "an MP3 file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "an ELF program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
)
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PDF_HEADER_WITHIN = 1024
_HTML_START = re.compile(
    rb"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def extension_of(filename: str) -> str:
    """The extension in lower case, without the dot; empty when the name has none."""
    name = filename.replace("\\", "/").rpartition("/")[2].strip().rstrip(".")
    stem, dot, extension = name.rpartition(".")
    return extension.strip().lower() if dot and (stem or extension.lower() not in _EXTENSIONS) else ""


def format_of(content: bytes, *, filename: str) -> Format:
    """The format to read these bytes as. Content wins over the extension; text is read as its extension says.

    Raises: UnreadableDocument (document_empty); UnsupportedDocument with a code for what was found instead.
    """
    if not content:
        raise UnreadableDocument(f"{filename!r} has no bytes; send a file with text.", code="document_empty")
    extension = extension_of(filename)
    named = _EXTENSIONS.get(extension)
    if found := _by_magic(content, filename=filename, named=named):
        return found
    if named in (Format.PDF, Format.DOCX):
        raise UnsupportedDocument(
            f"{filename!r} is no {named.upper()} file inside; {ACCEPTED}.", code=f"not_{named.value}"
        )
    if named:
        return named
    if extension and not _looks_like_a_word(extension):
        raise UnsupportedDocument(f"{filename!r} has the extension {extension!r}; {ACCEPTED}.")
    return Format.HTML if _HTML_START.match(content[:4096]) else Format.TXT


def _by_magic(content: bytes, *, filename: str, named: Format | None) -> Format | None:
    head = content[:_PDF_HEADER_WITHIN]
    if head.startswith(b"%PDF-") or (b"%PDF-" in head and named in (Format.PDF, None)):
        return Format.PDF
    if head.startswith(_ZIP):
        return _zip_format(content, filename=filename, named=named)
    if head.startswith(_OLE):
        _refuse_ole(content, filename=filename)
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise UnsupportedDocument(f"{filename!r} is {what}; {ACCEPTED}.", code="not_a_document")
    if head.startswith(b"MZ") and b"\x00" in head:
        raise UnsupportedDocument(f"{filename!r} is a Windows program; {ACCEPTED}.", code="not_a_document")
    return None


def _zip_format(content: bytes, *, filename: str, named: Format | None) -> Format:
    if named is Format.DOCX:
        return Format.DOCX
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(name.startswith("word/") for name in archive.namelist()):
                return Format.DOCX
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        pass
    raise UnsupportedDocument(f"{filename!r} is a zip archive; {ACCEPTED}.", code="not_a_document")


def _refuse_ole(content: bytes, *, filename: str) -> None:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise UnreadableDocument(
            f"{filename!r} is protected by a password; save it without one.", code="docx_encrypted"
        )
    raise UnsupportedDocument(
        f"{filename!r} is in the old binary Office format; save it as DOCX.", code="old_office_format"
    )


def _looks_like_a_word(extension: str) -> bool:
    """Whether a dot in a name such as 'Notes of 3. May' is no extension at all."""
    return " " in extension or len(extension) > 10 or not extension.isascii()
