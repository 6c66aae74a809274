"""XML and JSON as GeoReport writes them: one content, two spellings, names of elements as specified."""

import re
from collections.abc import Mapping
from typing import Literal, cast
from xml.etree import ElementTree

import orjson
from fastapi import Response

from shared.kernel.words import Language

Format = Literal["xml", "json"]
Content = Mapping[str, object] | list[Mapping[str, object]]
MEDIA_TYPES: Mapping[Format, str] = {"xml": "text/xml", "json": "application/json"}

ITEMS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What an array's elements are called; JSON leaves these names away."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_writable(text: str) -> bool:
    """Whether both formats can hold the text: no control characters, no halves of surrogate pairs."""
    return _NOT_XML.search(text) is None


def format_of(path: str) -> Format:
    """The format an address asks for; XML, which every client must know, where it asks for none."""
    return "json" if path.endswith(".json") else "xml"


def spelled(root: str, content: Content, form: Format) -> bytes:
    """The content in one format; `root` is the outermost element in XML."""
    if form == "json":
        return orjson.dumps(content)
    element = ElementTree.Element(root)
    _fill(element, content)
    written = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return cast(bytes, written)


def content_type(form: Format) -> str:
    """The type with its encoding, which is always the same."""
    return f"{MEDIA_TYPES[form]}; charset=utf-8"


def answer(root: str, content: Content, form: Format, *, language: Language) -> Response:
    """The content as an answer to somebody who reads this language."""
    headers = {"Content-Type": content_type(form), "Content-Language": language, "Vary": "Accept-Language"}
    return Response(spelled(root, content, form), headers=headers)


def _fill(element: ElementTree.Element, content: object) -> None:
    match content:
        case None:
            return
        case Mapping():
            for name, value in content.items():
                _fill(ElementTree.SubElement(element, str(name)), value)
        case list() | tuple():
            for value in content:
                _fill(ElementTree.SubElement(element, ITEMS[element.tag]), value)
        case bool():
            element.text = "true" if content else "false"
        case _:
            element.text = _NOT_XML.sub("\ufffd", str(content))
