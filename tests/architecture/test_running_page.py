"""docs/running.md lists every setting there is, with the default it really has, and none that is gone."""

import re
from importlib import import_module
from pathlib import Path

from pydantic import SecretStr

from deploy.local.suite import SUITE, ports
from shared.kernel.settings import ServiceSettings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "running.md"
ROW = re.compile(r"^\| `(JIESU_\w+)` \| (.+?) \| (\w+) \|", flags=re.MULTILINE)


def declared() -> dict[str, tuple[str, str]]:
    """Every setting's variable with its default and whose it is."""
    found: dict[str, tuple[str, str]] = {}
    for member in SUITE:
        settings = import_module(f"services.{member.name}.settings")
        kinds = [kind for kind in vars(settings).values() if isinstance(kind, type)]
        own = next(
            kind for kind in kinds if issubclass(kind, ServiceSettings) and kind is not ServiceSettings
        )
        for name, field in own.model_fields.items():
            whose = "all" if name in ServiceSettings.model_fields else member.name
            found[f"JIESU_{name.upper()}"] = (_shown(field.default), whose)
    return found


def test_every_setting_is_on_the_page_with_its_default() -> None:
    written = {name: (default, whose) for name, default, whose in ROW.findall(PAGE.read_text())}
    assert written == declared()


def test_the_ports_on_the_page_are_those_of_the_suite() -> None:
    rows = re.findall(r"^\| (\w+) \| (8\d{3}) \|", PAGE.read_text(), flags=re.MULTILINE)
    assert {name: int(port) for name, port in rows} == ports()


def _shown(default: object) -> str:
    if default is None:
        return "–"
    return f"`{default.get_secret_value() if isinstance(default, SecretStr) else default}`"
