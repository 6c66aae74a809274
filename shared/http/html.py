"""Pages as text: one frame, no script, nothing from elsewhere. `Markup.format` escapes what is put in.

A page brings a style of its own; its hash is what the browser allows.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache

from fastapi import Response
from markupsafe import Markup

FRAME = Markup("""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
""")


@cache
def policy_for(style: str) -> str:
    """What such a page may load: its own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def html_page(title: str, body: Markup, *, lang: str, style: str, status: int = 200) -> Response:
    """A whole page in one language."""
    text = FRAME.format(lang=lang, title=title, style=Markup(style), body=body)
    headers = {"Content-Language": lang, "Content-Security-Policy": policy_for(style)}
    return Response(text, status, headers=headers, media_type="text/html")


def joined(parts: Iterable[Markup]) -> Markup:
    """Parts one after the other, each on a line of its own."""
    return Markup("\n").join(parts)
