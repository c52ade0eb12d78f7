"""The pages in front, which need no Python: what the course is, and each notebook as it reads without a kernel."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

import nbformat
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter

from helpers.cards.question_index import chapter
from helpers.cards.record_panel import LIVE
from helpers.cards.static_fallback import RUN
from helpers.panels.panel import Panel
from helpers.questions import bank

ROOT = Path(__file__).resolve().parent.parent
OWN = Path(__file__).resolve().parent
SAID_HERE = {
    re.sub("<[^>]+>", "", words): f'<a href="{{}}">Open this notebook live</a> {what}.'
    for words, what in ((RUN, "to answer"), (Panel.RUN, "to move it"), (LIVE, "to see your own"))
}
"""What a cell says where Python runs, and what a page without Python says in its place."""


@dataclass(frozen=True)
class Row:
    """One notebook in the README's table."""

    file: str
    title: str
    able: str
    time: str


def rows() -> list[Row]:
    """The notebooks as the README lists them, so that they are described once."""
    line = re.compile(r"^\| \[([^\]]+)\]\(notebooks/([^)]+)\.ipynb\) \| (.+?) \| (.+?) \|$", re.MULTILINE)
    found = line.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    return [Row(file, title, able, time) for title, file, able, time in found]


def live(file: str, up: str = "") -> str:
    """Where a notebook runs."""
    return f"{up}notebooks/index.html?path={file}.ipynb"


def write(site: Path, addresses: Mapping[str, str]) -> None:
    """Write the index page and one page a notebook."""
    (site / "index.html").write_text(index(addresses), encoding="utf-8")
    (site / "read").mkdir(exist_ok=True)
    for row in rows():
        (site / "read" / f"{row.file}.html").write_text(reading(row, addresses), encoding="utf-8")
    for name in ("LICENSE", "LICENSE-CONTENT", "CITATION.cff"):
        (site / f"{name}.txt").write_bytes((ROOT / name).read_bytes())
    (site / "explorer.png").write_bytes((ROOT / "notebooks" / "explorer.png").read_bytes())


def index(addresses: Mapping[str, str]) -> str:
    """The index page."""
    entries = "\n".join(
        f"<li><h3>{html.escape(row.title)}</h3><p>You will be able to {html.escape(row.able)}. "
        f'<span class="time">{html.escape(row.time)}, {len(bank.exercises(row.file))} questions</span></p>'
        f'<p class="ways"><a class="open" href="{live(row.file)}">Open live<span class="aside">: '
        f"{html.escape(row.title)}</span></a> "
        f'<a href="read/{row.file}.html">Read only<span class="aside">: {html.escape(row.title)}</span></a></p></li>'
        for row in rows()
    )
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    parts = {key: re.search(rf"^{key}: \"?(.+?)\"?$", citation, re.MULTILINE).group(1) for key in ("title", "version")}
    template = Template((OWN / "index.html").read_text(encoding="utf-8"))
    return template.substitute(
        addresses,
        notebooks=entries,
        first=live(rows()[0].file),
        first_read=f"read/{rows()[0].file}.html",
        questions=sum(len(bank.exercises(one)) for one in bank.notebooks()),
        **parts,
    )


def reading(row: Row, addresses: Mapping[str, str]) -> str:
    """One notebook as a still page: its words, and what its cells showed when it was stored."""
    exporter = HTMLExporter(
        template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True, exclude_anchor_links=True
    )
    notebook = nbformat.read(ROOT / "notebooks" / f"{row.file}.ipynb", as_version=4)
    body, _ = exporter.from_notebook_node(notebook)
    body = _in_boxes(body)
    here = re.sub(r'href="([0-9a-z_]+)\.ipynb(#[^"]*)?"', r'href="\1.html\2"', body)
    for words, here_too in SAID_HERE.items():
        here = here.replace(words, here_too.format(live(row.file, "../")))
    chapters = [one.file for one in rows()]
    at = chapters.index(row.file)
    following = rows()[at + 1] if at + 1 < len(chapters) else None
    template = Template((OWN / "reading.html").read_text(encoding="utf-8"))
    return template.substitute(
        addresses,
        title=html.escape(chapter(row.file).name),
        live=live(row.file, "../"),
        body=here,
        following=f'<a href="{following.file}.html">Next: {html.escape(following.title)}</a>' if following else "",
    )


def _in_boxes(body: str) -> str:
    """The same page with each outermost table in a box that scrolls sideways where the table is wider than the page."""
    page = BeautifulSoup(body, "html.parser")
    for table in page.find_all("table"):
        if table.find_parent("table") is None:
            table.wrap(page.new_tag("div", attrs={"class": "wide"}))
    return str(page)
