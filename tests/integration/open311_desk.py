"""Open311 at intake's desk: what its clients send and ask, with one sentence for each."""

from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx

from shared.events.router import CaseDispatched
from shared.kernel.ids import CaseId
from tests.integration import intake_desk
from tests.integration.intake_desk import Desk

V2 = "/open311/v2"

PLACE = {"lat": "39.71834567", "long": "116.33912345"}
LAMP = {"service_code": "street_lamp", "attribute[LAMPS_OUT]": "2", **PLACE}
PERSON = {
    "first_name": "三",
    "last_name": "张",
    "phone": "13812345678",
    "email": "zhangsan@example.org",
    "device_id": "device-zhang",
    "account_id": "account-zhang",
    "address_string": "首座御园3号楼1单元",
    "description": "王五家门口的路灯",
}


async def posts(
    desk: Desk, form: str = "json", headers: dict[str, str] | None = None, **data: Any
) -> httpx.Response:
    sent = {"api_key": desk.key, **data}
    return await desk.client.post(f"{V2}/requests.{form}", data=sent, headers=headers)


async def requests(desk: Desk, **data: Any) -> str:
    """A request that must be taken; its number."""
    answer = await posts(desk, **data)
    assert answer.status_code == 200, answer.text
    number: str = answer.json()[0]["service_request_id"]
    return number


def parts(count: int, value: bytes = b"1") -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n' + value + b"\r\n"
    return b"".join(part % number for number in range(count)) + b"--x--\r\n"


async def asks(desk: Desk, path: str, **query: Any) -> Any:
    answer = await desk.client.get(f"{V2}/{path}.json", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def dispatched(key: CaseId) -> CaseDispatched:
    return intake_desk.dispatched(key, category="street_lamp")


async def case_id(desk: Desk, number: str) -> CaseId:
    (row,) = await desk.rows("SELECT case_id FROM cases WHERE tracking_number = :n", n=number)
    return CaseId(UUID(str(row["case_id"])))


def is_error(answer: httpx.Response, status: int, said: str) -> None:
    assert answer.status_code == status, answer.text
    if answer.headers["content-type"].startswith("application/json"):
        found = answer.json()
    else:
        root = ElementTree.fromstring(answer.content)
        assert root.tag == "errors"
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        found = [{child.tag: child.text for child in error} for error in root]
    assert all(set(one) == {"code", "description"} and int(one["code"]) == status for one in found)
    assert said in "\n".join(one["description"] for one in found), found
