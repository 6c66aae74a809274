"""月报: how tables and figures stand on a screen and on A4. What is wider than a screen scrolls by itself."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from services.scoring.api.report.charts import INK, LINE, PAPER
from shared.http.html import joined

LINK = "#0b4a8f"
# Only a name may break on paper: a number that does not fit would be cut off there.
STYLE = f"""
@page{{size:A4;margin:16mm;@bottom-center{{content:counter(page) " / " counter(pages)}}}}
html{{font:100%/1.5 system-ui,sans-serif;color:{INK};background:{PAPER}}}
body{{margin:0 auto;max-width:72rem;padding:1rem}}
h1{{font-size:1.6rem;line-height:1.3}}h2{{font-size:1.25rem;margin-top:2rem}}h3{{font-size:1.05rem}}
a{{color:{LINK}}}
.wide{{overflow-x:auto;margin:.5rem 0 1rem}}
table{{border-collapse:collapse;width:100%}}
caption{{text-align:left;font-weight:600;padding:.3rem 0}}
td,th{{border:1px solid {LINE};padding:.3rem .5rem;text-align:left}}
th[scope=row]{{font-weight:400}}
td.n,th.n{{text-align:right;font-variant-numeric:tabular-nums}}td.n{{white-space:nowrap}}
td,th[scope=row]{{word-break:keep-all}}
header p{{overflow-wrap:anywhere}}
figure{{margin:.5rem 0}}svg{{display:block}}
:focus-visible{{outline:3px solid {INK};outline-offset:3px}}
.skip{{position:absolute;left:-999rem}}.skip:focus{{position:static}}
@media print{{html{{font-size:80%}}h1,h2{{margin:.6rem 0 .3rem}}p{{margin:.3rem 0}}
.skip,nav{{display:none}}figure,tr,.short{{break-inside:avoid}}
h2,h2+p,h3,caption{{break-after:avoid}}body{{max-width:none;padding:0}}
table{{font-size:.9rem}}td,th{{padding:.2rem .4rem}}th{{min-width:2em}}
.wide{{overflow:visible}}svg{{max-width:100%;height:auto;max-height:112mm}}
th[scope=row]{{overflow-wrap:anywhere;min-width:6em}}}}
"""
KEPT = 20
"""A table of so many rows stays on one sheet."""
WIDE = Markup('<div class="{kind}" role="group" aria-label="{name}" tabindex="0">{content}</div>')
TABLE = Markup("<table><caption>{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table>")


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], *, named: int = 1, told_by: int = 0
) -> Markup:
    """The first `named` columns hold names, the others numbers; column `told_by` says whose row it is."""
    numbers = [Markup("") if place < named else Markup(' class="n"') for place in range(len(head))]
    first = joined(
        Markup('<th scope="col"{0}>{1}</th>').format(kind, name)
        for kind, name in zip(numbers, head, strict=True)
    )
    ends = [
        (Markup('<th scope="row">'), Markup("</th>"))
        if place == told_by
        else (Markup("<td{0}>").format(kind), Markup("</td>"))
        for place, kind in enumerate(numbers)
    ]
    lines = [_row(row, ends) for row in rows]
    kind = "wide short" if len(lines) <= KEPT else "wide"
    return WIDE.format(kind=kind, name=caption, content=TABLE.format(caption, first, joined(lines)))


def _row(row: Sequence[str], ends: Sequence[tuple[Markup, Markup]]) -> Markup:
    cells = (opened + cell + closed for cell, (opened, closed) in zip(row, ends, strict=True))
    return Markup("<tr>{0}</tr>").format(Markup("").join(cells))


def figure(name: str, chart: Markup, note: str) -> Markup:
    """A chart with what it needs said below it."""
    wide = WIDE.format(kind="wide", name=name, content=chart)
    return Markup("<figure>{0}<figcaption>{1}</figcaption></figure>").format(wide, note)


def paragraph(said: str) -> Markup:
    return Markup("<p>{0}</p>").format(said)
