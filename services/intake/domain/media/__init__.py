"""What an attachment is by its content, and what of it is kept. Bytes in, pieces out; nothing is decoded."""

from services.intake.domain.media.parts import Blank, Cleaned, MediaKind, Piece, Span, chunks, size_of
from services.intake.domain.media.reading import MOST_PIXELS, examine

__all__ = ["MOST_PIXELS", "Blank", "Cleaned", "MediaKind", "Piece", "Span", "chunks", "examine", "size_of"]
