"""A dependency that is no coroutine is run in a thread: two switches and a queue for a microsecond's work."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOORS = [ROOT / "shared" / "http", *sorted((ROOT / "services").glob("*/api*"))]
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
Function = ast.FunctionDef | ast.AsyncFunctionDef

TREES = {
    path: ast.parse(path.read_text())
    for door in DOORS
    for path in ([door] if door.is_file() else sorted(door.rglob("*.py")))
}


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def depended_on(tree: ast.Module) -> set[str]:
    """The names inside every `Depends(...)`."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    named = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Depends")
    return {name.id for name in named if isinstance(name, ast.Name)}


def is_route(function: Function) -> bool:
    calls = (each.func for each in function.decorator_list if isinstance(each, ast.Call))
    return any(isinstance(func, ast.Attribute) and func.attr in METHODS for func in calls)


def test_every_dependency_is_a_coroutine() -> None:
    shelf = [tree for path, tree in TREES.items() if path.is_relative_to(ROOT / "shared")]
    shared = {each.name: each for tree in shelf for each in functions(tree)}
    found = 0
    for path, tree in TREES.items():
        known = {**shared, **{each.name: each for each in functions(tree)}}
        for name in depended_on(tree):
            found += 1
            assert isinstance(known.get(name), ast.AsyncFunctionDef), f"{path}: {name}"
    assert found > 10


def test_every_route_is_a_coroutine() -> None:
    routes = [each for tree in TREES.values() for each in functions(tree) if is_route(each)]
    assert len(routes) > 40
    assert [route.name for route in routes if isinstance(route, ast.FunctionDef)] == []
