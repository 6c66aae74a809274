"""Five times the same flat: the same rooms, of a size that one person can read."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLATS = ("intake", "router", "grid", "survey", "scoring")
ROOMS = ("api", "consumer", "timers", "handlers", "ports", "domain", "store")
FILES = ("__init__.py", "__main__.py", "README.md", "app.py", "settings.py")
OPTIONAL = {"gateways.py"}
INSIDE = {
    "api": {"routes", "schemas"},
    "domain": {"model", "lifecycle", "policy", "errors", "commands"},
    "store": {"tables", "repository", "queries"},
}
SOURCES = [path for top in ("shared", "services", "deploy") for path in sorted((ROOT / top).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

FILE_LINES, FUNCTION_LINES = 400, 40
LONGER_FILES: dict[str, str] = {}
"""Files over 400 lines, each with its reason."""
LONGER_FUNCTIONS: dict[str, str] = {}
"""Functions over 40 lines as `path:name`, each with its reason."""


@pytest.mark.parametrize("flat", FLATS)
def test_a_flat_has_exactly_the_rooms(flat: str) -> None:
    folder = ROOT / "services" / flat
    found = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
    for room in ROOMS:
        assert {room, f"{room}.py"} & found, f"{flat} lacks its {room}"
    allowed = {*FILES, *OPTIONAL, "migrations", *ROOMS, *(f"{room}.py" for room in ROOMS)}
    assert found - allowed == set(), f"{flat} has a room the house does not know"
    assert set(FILES) <= found


@pytest.mark.parametrize("flat", FLATS)
@pytest.mark.parametrize("room", INSIDE)
def test_rooms_are_furnished_alike(flat: str, room: str) -> None:
    folder = ROOT / "services" / flat / room
    found = {path.stem for path in folder.iterdir()}
    assert INSIDE[room] <= found, f"{flat}/{room} lacks {INSIDE[room] - found}"


@pytest.mark.parametrize("flat", FLATS)
def test_the_doorplate_fits_on_a_door(flat: str) -> None:
    plate = ast.get_docstring(ast.parse((ROOT / "services" / flat / "__init__.py").read_text()))
    assert plate
    assert len(plate.splitlines()) <= 10


def test_no_file_is_larger_than_one_person_reads() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES + TESTS}
    assert {name for name, lines in sizes.items() if lines > FILE_LINES} == set(LONGER_FILES)


def test_no_function_is_larger_than_one_screen() -> None:
    # A migration is a frozen list of columns: it is read once, and splitting it would hide its order.
    read = [path for path in SOURCES if path.parent.name != "migrations"]
    longer = {name for path in read for name, lines in _functions(path) if lines > FUNCTION_LINES}
    assert longer == set(LONGER_FUNCTIONS)


def test_no_room_for_things_without_a_name() -> None:
    nameless = {"utils", "helpers", "common", "manager", "base", "misc"}
    assert [str(path) for path in SOURCES if path.stem in nameless] == []


def _functions(path: Path) -> list[tuple[str, int]]:
    """Every function with its length; decorators, signature and docstring are not counted."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            lines = (node.end_lineno or 0) - body[0].lineno + 1
            found.append((f"{path.relative_to(ROOT)}:{node.name}", lines))
    return found
