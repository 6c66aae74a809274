"""GeoReport's two formats: one content, two spellings, whatever is in it."""

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.api.open311.errors import write_errors
from services.intake.api.open311.speech import Content, format_of, is_writable, spelled
from shared.http.problems import Problem, problem_of
from shared.http.refusals import BadKey, BodyTooLarge, Busy, MalformedText, ScopeMissing
from shared.kernel.errors import NotFound

DEFINITION: Content = {
    "service_code": "007",
    "attributes": [
        {
            "variable": True,
            "code": "A",
            "datatype_description": None,
            "order": 1,
            "values": [{"key": "1", "name": "<一 & 1>"}],
        }
    ],
}


def test_xml_has_the_names_of_the_specification() -> None:
    assert spelled("service_definition", DEFINITION, "xml").decode() == (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        "<service_definition><service_code>007</service_code><attributes><attribute><variable>true</variable>"
        "<code>A</code><datatype_description /><order>1</order><values><value><key>1</key>"
        "<name>&lt;一 &amp; 1&gt;</name></value></values></attribute></attributes></service_definition>"
    )


def test_json_leaves_the_names_of_elements_away() -> None:
    assert json.loads(spelled("service_definition", DEFINITION, "json")) == DEFINITION


def test_an_empty_list_is_an_element_without_children() -> None:
    assert list(ElementTree.fromstring(spelled("service_requests", [], "xml"))) == []
    assert spelled("service_requests", [], "json") == b"[]"


@settings(deadline=None)
@given(st.text())
def test_xml_can_always_be_read(text: str) -> None:
    written = spelled("errors", [{"code": 400, "description": text}], "xml")
    read = ElementTree.fromstring(written).findtext("error/description")
    if is_writable(text):
        # XML reads every kind of line end as one.
        assert (read or "").splitlines() == text.replace("\r\n", "\n").replace("\r", "\n").splitlines()


@pytest.mark.parametrize(
    ("error", "status", "description"),
    [
        (BadKey("unknown"), 403, "api_key: this API key is not valid; ask for a new one"),
        (ScopeMissing("cases:write"), 403, "this needs the scope cases:write"),
        (BodyTooLarge(5), 400, "at most 5 bytes are taken here"),
        (MalformedText("description"), 400, "description: the text holds a NUL"),
        (NotFound("gone"), 404, "gone"),
    ],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.parametrize("path", ["/open311/v2/requests.json", "/open311/v2/requests.xml"])
def test_what_is_refused_is_400_403_or_404(
    error: Exception, status: int, description: str, path: str
) -> None:
    problem = problem_of(error)
    assert problem is not None
    response = write_errors(problem, path)
    body = bytes(response.body)
    assert response.status_code == status
    if format_of(path) == "json":
        (told,) = json.loads(body)
        assert set(told) == {"code", "description"}
        code, said = told["code"], told["description"]
        assert response.headers["content-type"] == "application/json; charset=utf-8"
    else:
        (found,) = ElementTree.fromstring(body).iter("error")
        code, said = int(found.findtext("code") or 0), found.findtext("description") or ""
        assert response.headers["content-type"] == "text/xml; charset=utf-8"
    assert code == status
    assert said.startswith(description)


def test_what_http_itself_answers_keeps_its_status() -> None:
    busy = problem_of(Busy())
    assert busy is not None
    response = write_errors(busy, "/open311/v2/services.xml")
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    wrong = write_errors(Problem(405, "x", "x", {}, {"Allow": "GET"}), "/open311/v2/services.json")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


def test_intakes_fields_have_the_parameters_names() -> None:
    problem = Problem(422, "x", "x", {"errors": [{"field": "place.lng", "message": "no"}]})
    assert json.loads(bytes(write_errors(problem, "/a.json").body)) == [
        {"code": 400, "description": "long: no"}
    ]
