"""What a file on disk is, by its content, and what of it is kept: whether it comes in or is copied."""

import hashlib
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from shared.files.errors import EmptyFile
from shared.files.media import Cleaned, Measured, chunks, examine, size_of


@dataclass(frozen=True, slots=True)
class Weighed:
    """A file that is taken, with the digest of what is stored of it."""

    cleaned: Cleaned
    data: mmap.mmap
    sha256: str

    @property
    def size(self) -> int:
        return size_of(self.cleaned.pieces)

    @property
    def measured(self) -> Measured:
        """What stays known when the file on disk is gone."""
        found = self.cleaned
        return Measured(found.kind, found.media_type, self.size, found.width, found.height, self.sha256)

    def content(self) -> Iterator[bytes]:
        """What is stored, piece by piece."""
        return chunks(self.data, self.cleaned.pieces)


@contextmanager
def mapped(file: IO[bytes]) -> Iterator[mmap.mmap]:
    """The file as bytes that stay on disk. Raises `EmptyFile`."""
    file.flush()
    if not os.fstat(file.fileno()).st_size:
        raise EmptyFile
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def weigh(data: mmap.mmap) -> Weighed:
    """What it is, by its content. For a thread: it reads the whole file. Raises what `examine` raises."""
    cleaned = examine(data)
    digest = hashlib.sha256()
    for piece in chunks(data, cleaned.pieces):
        digest.update(piece)
    return Weighed(cleaned, data, digest.hexdigest())
