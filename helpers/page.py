"""The one door for HTML: whatever goes onto a page goes through here and is escaped.

Text from learners, reports and tables is shown as text, never run. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection
from functools import cache
from html import escape as _escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

from helpers.kernel import AS_WRITTEN

if TYPE_CHECKING:
    import mistune


def escape(words: object) -> str:
    """Words as HTML that shows exactly these words, safe inside tags and inside quoted attributes."""
    return _escape(str(words), quote=True)


@cache
def _markdown() -> mistune.Markdown:
    """Light markdown: links open in a new tab, pictures from elsewhere become their words, HTML is shown, not run."""
    import mistune  # with the first words, not with the import of the helpers

    class Renderer(mistune.HTMLRenderer):
        def link(self, text: str, url: str, title: str | None = None) -> str:
            address = escape(self.safe_url(url).replace("&amp;", "&"))
            return f'<a href="{address}" target="_blank" rel="noopener" style="text-decoration:underline">{text}</a>'

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return text

    return mistune.create_markdown(renderer=Renderer(escape=True))


def text(words: str) -> str:
    """Light markdown (paragraphs, emphasis, lists, code, links) as HTML; HTML inside it is shown, not run."""
    return unparted(_markdown()(words).strip())


def inline(words: str) -> str:
    """Light markdown of one line (emphasis, code, links) as HTML without a paragraph around it."""
    markdown = _markdown()
    tokens = markdown.inline(str(words), {"ref_links": {}})
    return unparted(markdown.renderer(tokens, markdown.block.state_cls()))


_LONG_WORD = 24
"""A word of more letters may be broken anywhere: addresses, keys."""
_SLASH = re.compile(r"/(?=[^/.])")
_ONE_LINE = 16
"""Row headers up to this many letters are not broken."""
_PROSE, _NUMBER, _TOP = "text-align:left", "text-align:right", ";vertical-align:top"
"""Written on every cell: a notebook's own style sheet would push prose to the right, and may not be there at all."""


def literal(words: str) -> str:
    """Words that light markdown leaves as they are."""
    return "".join("\\" + letter if letter in "\\[]*_`<>!&~" else letter for letter in words)


def table(frame: pd.DataFrame, caption: str = "", markdown: Collection[str] = (), unknown: str = "cannot tell") -> str:
    """A data frame as an HTML table that can be read aloud: prose to the left, numbers to the right.

    Args:
        frame: its columns become column headers; its index, where it has names, becomes row headers.
        caption: what the table shows, in a sentence; light markdown.
        markdown: names of columns whose cells are light markdown (links to sources); all others are plain text.
        unknown: shown where a value is missing.
    """
    levels = [str(name) for name in frame.index.names if name is not None]
    sides = [_NUMBER if pd.api.types.is_numeric_dtype(dtype) else _PROSE for dtype in frame.dtypes]
    long = any(len(str(cell)) > _ONE_LINE for cell in frame.to_numpy().flat)
    sides = [side + _TOP if long else side for side in sides]
    headers = zip([*levels, *map(str, frame.columns)], [_PROSE] * len(levels) + sides, strict=True)
    head = "".join(f'<th scope="col" style="{side}">{escape(header or "row")}</th>' for header, side in headers)
    body = []
    for label, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        labels = (label if isinstance(label, tuple) else (label,)) if levels else ()
        cells = [_row_header(_said(part, unknown)) for part in labels]
        for column, cell, side in zip(frame.columns, row, sides, strict=True):
            shown = _said(cell, unknown)
            cells.append(
                f'<td style="{side}{_breaks(shown)}">{inline(shown) if column in markdown else _plain(shown)}</td>'
            )
        body.append(f"<tr>{''.join(cells)}</tr>")
    above = f'<caption style="{_PROSE}">{inline(caption)}</caption>' if caption else ""
    rows = f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>"
    return unparted(f'<table class="course-table {AS_WRITTEN}" style="table-layout:auto">{above}{rows}</table>')


def _breaks(words: str) -> str:
    """What lets a cell's words break: only words too long for any column, and never letter by letter."""
    return ";overflow-wrap:anywhere;min-width:9em" if max(map(len, words.split()), default=0) > _LONG_WORD else ""


def _plain(words: str) -> str:
    """A cell's words as they are; a long one may break after a slash, also where no style sheet is allowed."""
    return re.sub(rf"\S{{{_LONG_WORD + 1},}}", lambda word: _SLASH.sub("/<wbr>", word[0]), escape(words))


def _row_header(words: str) -> str:
    side = _PROSE + _TOP + (";white-space:nowrap" if len(words) <= _ONE_LINE else _breaks(words))
    return f'<th scope="row" style="{side}">{escape(words)}</th>'


def _said(cell: object, unknown: str) -> str:
    if pd.api.types.is_scalar(cell) and pd.isna(cell):
        return unknown
    if isinstance(cell, float):
        return f"{cell:g}" if abs(cell) < 1e6 else f"{cell:.0f}"
    return str(cell)


def frame_html(frame: pd.DataFrame) -> str:
    """A data frame as a notebook shows it: every row named by its index, long ones shortened in the middle.

    It begins with an empty line: of a folded output JupyterLab shows the first line as it is written.
    """
    most = pd.get_option("display.max_rows") or len(frame)
    named = frame.rename_axis(index=[name if name is not None else "" for name in frame.index.names])
    half, size = most // 2, ""
    if len(frame) > most:
        size = f"The first and last {half} of {len(frame)} rows."
        named = pd.concat([named.head(half), named.tail(half)])
    return "\n" + table(named, size, unknown="NaN")


def media_type(picture: bytes) -> str:
    """What kind of picture these bytes are: JPEG, SVG, WebP or PNG."""
    begins = {b"\xff\xd8": "image/jpeg", b"<svg": "image/svg+xml", b"RIFF": "image/webp"}
    return next((kind for start, kind in begins.items() if picture.startswith(start)), "image/png")


_UNITS = (
    r"×\s?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?:/(?:L|kg|µL))?|x10\^\d+/L|[gG]/[dm]?[lL]|L/L|L/min(?:/m²)?|(?:mmol|µmol|nmol|pmol)/L|"
    r"(?:[mµn]?g|pg)/(?:d?L|mL|day|kg)|(?:U|IU)/(?:m?L|kg)|m[lL](?:/kg)?(?:/min)?|K/µL|(?:cells|lakh)?/(?:[uµm]l|[uµm]L|mm[³3])|"
    r"lakh/mm[³3]|[fµdm]?[lL](?![\w/])|[%‰]|°[CF]|Gy|mmHg|kPa|pg|[kmµn]?g|[µnmck]?m(?:²|³)?"
)
"""Units as pages of the course print them, the longer ones first."""
_AS_IT_IS = r"<(?P<code>code|pre|textarea|svg)\b.*?</(?P=code)>|```.*?```|`[^`\n]*`|<\w[^>]*>"
"""Code, in HTML and in light markdown, and what stands inside a tag: an alt text, a value."""
_PARTED = re.compile(rf"{_AS_IT_IS}|(?<=\d)(?P<number>(?:\*\*|</strong>|</b>)?) (?=(?:{_UNITS})(?![\w/]))", re.DOTALL)


def unparted(words: str) -> str:
    """Words (or HTML, or light markdown) in which no line ends between a number and its unit; code stays as it is.

    >>> unparted("72 g/L") == "72\\N{NO-BREAK SPACE}g/L", unparted("`72 g/L`") == "`72 g/L`"
    (True, True)
    """
    return _PARTED.sub(
        lambda found: found[0] if found["number"] is None else f"{found['number']}\N{NO-BREAK SPACE}", words
    )


def address(picture: bytes) -> str:
    """A picture as an address that holds its bytes."""
    return f"data:{media_type(picture)};base64," + base64.b64encode(picture).decode("ascii")


ROOMY = 900
"""Pixels from which on a page is wide."""


def figure(
    picture: bytes,
    alt: str,
    caption: str = "",
    width: int | None = None,
    wide: bytes = b"",
    wide_width: int | None = None,
    over: str = "",
) -> str:
    """A picture with its words: ``alt`` says it to those who do not see it, ``caption`` (light markdown) stands below.

    Args:
        picture: its bytes, as :func:`media_type` knows them; they are put into the page itself.
        width: pixels as shown at most; it shrinks on a narrower page.
        wide: the same picture as a wide page shows it.
        wide_width: its pixels as shown at most.
        over: HTML that is laid over the picture.
    """
    size, wide_size = (f' width="{pixels:.0f}"' if pixels else "" for pixels in (width, wide_width))
    shown = (
        f'<img src="{address(picture)}" alt="{escape(alt)}"{size} style="max-width:100%;height:auto;background:#fff">'
    )
    if wide:
        shown = f'<picture><source media="(min-width: {ROOMY}px)" srcset="{address(wide)}"{wide_size}>{shown}</picture>'
    if over:
        shown = f'<div style="position:relative;width:fit-content">{shown}{over}</div>'
    below = f"<figcaption>{inline(caption)}</figcaption>" if caption else ""
    return f'<figure class="course-figure" style="margin:0">{shown}{below}</figure>'


def link(words: str, address: str) -> str:
    """A link in light markdown, for a markdown column, a caption or a text. Only web addresses become links."""
    plain = literal(words)
    if not address.startswith(("https://", "http://")) or any(letter in address for letter in " <>\n"):
        return plain
    return f"[{plain}](<{address}>)"


_IMPORT = re.compile(r'^import .* from "(.+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const|function|async)", re.MULTILINE)


def module(*parts: Path | str) -> str:
    """Scripts with all they import as one module, which is what a widget can run; each file stands in it once.

    Args:
        parts: files, modules themselves, that a linter can read; or lines of JavaScript between them.
    """
    found: dict[Path | str, str] = {}

    def add(part: Path | str) -> None:
        if isinstance(part, str):
            found[part] = part
        elif (file := part.resolve()) not in found:
            text = file.read_text(encoding="utf-8")
            for name in _IMPORT.findall(text):
                add(file.parent / name)
            found[file] = _EXPORT.sub("", _IMPORT.sub("", text))

    for part in parts:
        add(part)
    return "\n".join(found.values())


def document(title: str, body: str, style: str, script: str = "") -> str:
    """A whole page of its own, to be kept or printed.

    Args:
        title: plain text.
        body: HTML made with this module.
        style: CSS, and
        script: JavaScript, of files of the course.
    """
    run = f"<script>{script}</script>" if script else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>\n{style}</style></head>\n<body>{body}{run}</body></html>\n"
    )


def link_to_cell(words: str, notebook: str, cell: str = "", **more: str) -> str:
    """A link to a cell of a notebook (to its top where none is named), as HTML, with ``more`` attributes.

    JupyterLab opens the notebook in a tab of its own.
    """
    file = escape(f"{notebook}.ipynb")
    anchor = escape(f"#cell-id={quote(cell)}") if cell else ""
    said = "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in more.items())
    return f'<a href="{file}{anchor}" data-notebook="{file}" target="_blank"{said}>{escape(words)}</a>'


BELOW = "<!--below-->"
"""Of a panel's words: what follows it stands below controls, picture and words, over the whole width."""

FRAMED = "border:2px solid #946310;border-left-width:10px;border-radius:4px;padding:6px 12px"
"""The frame of what nobody should miss."""
_NOTICE = f"{FRAMED};margin:0 0 10px;max-width:46em;font-size:15px;line-height:1.45"


def notice(title: str, lines: Collection[str], sign: str = "\N{WARNING SIGN}") -> str:
    """A framed notice that nobody should miss: its title, then lines of light markdown.

    Args:
        title: plain text.
        lines: each becomes a point of a list.
        sign: a letter before the title; the words say the same.
    """
    points = "".join(f'<li style="margin:3px 0">{inline(one)}</li>' for one in lines)
    head = f'<strong><span aria-hidden="true">{escape(sign)} </span>{escape(title)}</strong>'
    below = f'<ul style="margin:2px 0;padding-left:20px">{points}</ul>'
    return f'<div class="course-notice" style="{_NOTICE}">{head}{below}</div>'
