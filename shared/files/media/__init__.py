"""What an attachment is by its content, and what of it is kept. Bytes in, pieces out; nothing is decoded."""

from shared.files.media.parts import Blank, Cleaned, Measured, MediaKind, Piece, Span, chunks, size_of
from shared.files.media.reading import MOST_BYTES, MOST_PIXELS, examine

__all__ = [
    "MOST_BYTES",
    "MOST_PIXELS",
    "Blank",
    "Cleaned",
    "Measured",
    "MediaKind",
    "Piece",
    "Span",
    "chunks",
    "examine",
    "size_of",
]
