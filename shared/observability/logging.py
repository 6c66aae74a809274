"""Logs: one JSON object for each line (or colours on a console), with the correlation id of the knock."""

import logging
import sys
from collections.abc import Callable
from typing import Any, Literal, cast

import orjson
import structlog
from structlog.typing import FilteringBoundLogger, Processor

from shared.observability.redaction import redact


def configure(*, service: str, level: str = "INFO", style: Literal["json", "console"] = "json") -> None:
    """Set up structlog and the standard library's logging, once at the start of a process."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.contextvars.bind_contextvars(service=service)
    before = _before_rendering()
    structlog.configure(
        processors=[*before, *_told(), *_rendering(style)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_lines(style),
        cache_logger_on_first_use=False,
    )
    _configure_standard_library(number, before, style)


def logger(name: str) -> FilteringBoundLogger:
    """A logger that finds its configuration when it is first used."""
    return cast(FilteringBoundLogger, structlog.get_logger(said_by=name))


def _before_rendering() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _told() -> list[Processor]:
    """Tracebacks become text first, so that they are redacted as well."""
    return [structlog.processors.format_exc_info, redact]


def _rendering(style: str) -> list[Processor]:
    if style == "console":
        return [structlog.dev.ConsoleRenderer()]
    return [structlog.processors.JSONRenderer(serializer=_dump)]


def _lines(style: str) -> Callable[..., Any]:
    """Straight to standard output: the standard library's way costs as much as answering a request."""
    if style == "console":
        return structlog.PrintLoggerFactory(sys.stdout)
    return structlog.BytesLoggerFactory(sys.stdout.buffer)


def _dump(event: dict[str, Any], **_options: Any) -> bytes:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)


def _said_by(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    event["said_by"] = event["_record"].name
    return event


def _as_text(_logger: Any, _method: str, rendered: str | bytes) -> str:
    return rendered.decode() if isinstance(rendered, bytes) else rendered


def _configure_standard_library(level: int, before: list[Processor], style: str) -> None:
    """What other libraries log looks the same and is redacted the same."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, cast(Processor, _said_by)],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_told(),
            *_rendering(style),
            cast(Processor, _as_text),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _quieten()


def _quieten() -> None:
    """The servers' own access lines carry query strings; ours does not."""
    for name in ("uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
