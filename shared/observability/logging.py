"""Logs: one JSON object for each line (or colours on a console), with the correlation id of the knock."""

import logging
import sys
from typing import Any, Literal, TextIO, cast

import orjson
import structlog
from structlog.typing import FilteringBoundLogger, Processor

from shared.observability.redaction import redact


def configure(*, service: str, level: str = "INFO", style: Literal["json", "console"] = "json") -> None:
    """Set up structlog and the standard library's logging, once at the start of a process."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    renderer = _json_renderer() if style == "json" else structlog.dev.ConsoleRenderer()
    shared = _shared_processors()
    structlog.contextvars.bind_contextvars(service=service)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, _hand_over()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    _configure_standard_library(number, shared, renderer, sys.stdout)


def logger(name: str) -> FilteringBoundLogger:
    """A logger that finds its configuration when it is first used."""
    return cast(FilteringBoundLogger, structlog.stdlib.get_logger(name))


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _hand_over() -> Processor:
    return structlog.stdlib.ProcessorFormatter.wrap_for_formatter


def _json_renderer() -> Processor:
    return structlog.processors.JSONRenderer(serializer=_dump)


def _dump(event: dict[str, Any], **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _configure_standard_library(
    level: int, shared: list[Processor], renderer: Processor, stream: TextIO
) -> None:
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
    )
    handler = logging.StreamHandler(stream)
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
