"""手机浏览器: a cheap phone's browser: it runs no script, shows a page, and sends back the form on it."""

from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from tests.kit.accessible import Node, Page


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it is on the screen."""

    status: int
    address: str
    page: Page

    @property
    def heading(self) -> str:
        """What the page says first."""
        (heading,) = self.page.all("h1")
        return heading.words.strip()

    @property
    def needs_a_script(self) -> bool:
        """Whether there is something that this browser would not run."""
        handlers = [name for one in self.page.nodes for name in one.attributes if name.startswith("on")]
        return bool(self.page.all("script") or handlers)


@dataclass(frozen=True, slots=True)
class Browser:
    """A citizen's phone, signed in nowhere."""

    client: httpx.AsyncClient

    async def opens(self, address: str) -> Shown:
        """Follow a link."""
        return _shown(await self.client.get(address))

    async def sends(self, shown: Shown, **filled: str) -> Shown:
        """Fill in the form that is shown, and press its button."""
        (form,) = shown.page.all("form")
        assert form.attributes["method"] == "post"
        offered = {(one.attributes["name"], one.attributes.get("value")) for one in _fields(shown.page)}
        for name, value in filled.items():
            assert (name, value) in offered or (name, None) in offered, f"nowhere to say {name}: {value}"
        address = urljoin(shown.address, form.attributes["action"])
        return _shown(await self.client.post(address, data=_chosen_before(shown.page) | filled))


def _shown(answer: httpx.Response) -> Shown:
    return Shown(answer.status_code, str(answer.url), Page(answer.text))


def _fields(page: Page) -> list[Node]:
    return [*page.all("input"), *page.all("textarea")]


def _chosen_before(page: Page) -> dict[str, str]:
    chosen = [one.attributes for one in page.all("input") if "checked" in one.attributes]
    return {one["name"]: one["value"] for one in chosen}
