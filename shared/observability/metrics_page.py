"""The page that lists every metric; generated, so that it cannot say less than is counted."""

from types import ModuleType

from prometheus_client.metrics import MetricWrapperBase

from shared.observability import bus_metrics, metrics

MODULES = (metrics, bus_metrics)


def declared(modules: tuple[ModuleType, ...] = MODULES) -> tuple[MetricWrapperBase, ...]:
    """Every metric, in the order they are written."""
    values = (value for module in modules for value in vars(module).values())
    return tuple(value for value in values if isinstance(value, MetricWrapperBase))


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
