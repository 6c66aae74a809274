"""Survey's pages: the style they have in common."""

from fastapi import Response
from markupsafe import Markup

from shared.http.html import html_page, joined, policy_for

__all__ = ["LANGUAGES", "POLICY", "STYLE", "joined", "page"]

LANGUAGES = {"zh": "zh-CN", "en": "en"}
INK, PAPER, LINK, ALARM, LINE = "#1b1b1b", "#ffffff", "#0b4a8f", "#a3001b", "#595959"
"""Ink, link, alarm and line on paper: each at least 7 to 1, so they are read in sunlight too."""

STYLE = f"""
html{{font:100%/1.6 system-ui,sans-serif;color:{INK};background:{PAPER}}}
body{{margin:0 auto;max-width:40rem;padding:1rem}}
h1{{font-size:1.4rem;line-height:1.3}}h2{{font-size:1.1rem}}
a{{color:{LINK}}}
fieldset{{border:1px solid {LINE};border-radius:.25rem;margin:0 0 1.25rem;padding:.5rem 1rem 1rem}}
legend,.label{{font-weight:600;padding:0 .25rem}}
.choice{{display:flex;gap:.6rem;align-items:center;min-height:2.75rem}}
.choice input{{width:1.4rem;height:1.4rem;flex:none;accent-color:{LINK}}}
.choice label{{flex:1;padding:.5rem 0}}
textarea{{box-sizing:border-box;width:100%;font:inherit;color:inherit;border:1px solid {LINE};padding:.5rem}}
input[type=password]{{box-sizing:border-box;width:100%;font:inherit;border:1px solid {LINE};padding:.5rem}}
button{{font:inherit;font-weight:600;color:{PAPER};background:{LINK};border:2px solid {LINK};
border-radius:.25rem;padding:.6rem 1.4rem;min-height:2.75rem}}
:focus-visible{{outline:3px solid {INK};outline-offset:3px}}
.errors{{border:3px solid {ALARM};padding:.25rem 1rem;margin:0 0 1.25rem}}
.errors a,.error{{color:{ALARM};font-weight:600}}
dt{{font-weight:600}}dd{{margin:0 0 .5rem}}
.skip{{position:absolute;left:-999rem}}.skip:focus{{position:static}}
td,th{{border:1px solid {LINE};padding:.4rem;text-align:left;vertical-align:top}}td.text{{min-width:12rem}}
.wide{{overflow-x:auto}}table{{border-collapse:collapse;width:100%}}
"""

POLICY = policy_for(STYLE)


def page(title: str, body: Markup, *, language: str, status: int = 200) -> Response:
    """A whole page in one language."""
    return html_page(title, body, lang=LANGUAGES[language], style=STYLE, status=status)
