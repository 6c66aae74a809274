"""What integrators read of a service: clients are generated from it, class by class."""

from importlib import import_module

import pytest
from fastapi import FastAPI

from deploy.local.suite import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_no_two_shapes_of_a_service_have_one_name(name: str) -> None:
    """FastAPI tells them apart by their modules: a client's class would change when one is moved."""
    app = FastAPI(separate_input_output_schemas=False)
    for routes in import_module(f"services.{name}.app").SERVICE.routes:
        app.include_router(routes)
    shapes = app.openapi()["components"]["schemas"]
    assert shapes
    assert [shape for shape in shapes if "__" in shape] == []
