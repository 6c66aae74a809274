"""The page that lists every metric; generated, so that it cannot say less than is counted."""

from prometheus_client.metrics import MetricWrapperBase

from shared.observability import metrics


def declared() -> tuple[MetricWrapperBase, ...]:
    """Every metric, in the order they are written."""
    return tuple(value for value in vars(metrics).values() if isinstance(value, MetricWrapperBase))


def markdown_table() -> str:
    """The metrics as a Markdown table, for the documentation."""
    lines = ["| metric | kind | labels | what it says |", "|---|---|---|---|"]
    lines += [_line(metric) for metric in declared()]
    return "\n".join(lines) + "\n"


def _line(metric: MetricWrapperBase) -> str:
    (family,) = metric.describe()
    name = f"{family.name}_total" if family.type == "counter" else family.name
    labels = ", ".join(f"`{label}`" for label in metric._labelnames) or "–"
    return f"| `{name}` | {family.type} | {labels} | {family.documentation} |"
