"""Files of a request (`media`): looked at before anything is kept, then laid to its case or given up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager

from starlette.datastructures import UploadFile

from services.intake import handlers
from services.intake.api.open311.door import LOG
from services.intake.api.uploading import attach
from services.intake.domain.attachments import AttachmentId
from services.intake.domain.open311.errors import Flaw, WrongParameters
from services.intake.store import IntakeWork, Objects
from shared.files.errors import (
    BrokenFile,
    EmptyFile,
    FileTooLarge,
    FragmentedRecording,
    TooManyPixels,
    UncleanableTrack,
    UnknownContent,
)
from shared.files.weighing import Weighed, mapped, weigh
from shared.http import uploads
from shared.http.knock import Opening
from shared.http.problems import problem_of

NOT_TAKEN = (
    *(BrokenFile, EmptyFile, FileTooLarge, TooManyPixels),
    *(FragmentedRecording, UncleanableTrack, UnknownContent),
)


@asynccontextmanager
async def weighed(files: Sequence[UploadFile]) -> AsyncIterator[tuple[Weighed, ...]]:
    """What the files are, by their content. Raises `WrongParameters` for all that are not taken."""
    flaws: list[Flaw] = []
    found: list[Weighed] = []
    with ExitStack() as opened:
        for number, file in enumerate(files, 1):
            try:
                data = opened.enter_context(mapped(uploads.on_disk(file)))
                found.append(await asyncio.to_thread(weigh, data))
            except NOT_TAKEN as refusal:
                which = f"file {number}: " if len(files) > 1 else ""
                flaws.append(Flaw("media", f"{which}{refusal.message}"))
        if flaws:
            raise WrongParameters(*flaws)
        yield tuple(found)


@asynccontextmanager
async def stored(
    files: Sequence[Weighed], objects: Objects, open_work: Opening[IntakeWork], *, by: str
) -> AsyncIterator[tuple[AttachmentId, ...]]:
    """Put the files into the store, to be laid to a case inside; those that were not are given up."""
    commands = [attach(file, by=by) for file in files]
    keys = tuple(one.attachment_id for one in commands)
    if not keys:
        yield ()
        return
    async with open_work() as work:
        for one in commands:
            await handlers.announce_upload(work, one)
    try:
        for one, file in zip(commands, files, strict=True):
            await objects.put(one.object_name, file.content())
        yield keys
    finally:
        # Also when the request was sent before and its answer is only repeated.
        await _given_up(keys, open_work)


async def _given_up(keys: tuple[AttachmentId, ...], open_work: Opening[IntakeWork]) -> None:
    """What no case was made of goes with the next round, or after a day where that cannot be written now: a
    request that was registered a moment ago must not be answered as if it were not.
    """
    try:
        async with open_work() as work:
            await handlers.abandon_uploads(work, keys)
    except Exception as error:
        if problem_of(error) is None:
            raise
        LOG.warning("uploads not given up", uploads=len(keys), error=type(error).__name__)
