"""A page to keep: made here, handed to the browser as a file, printed from there. Nothing leaves the computer."""

from __future__ import annotations

import traitlets

from helpers import page
from helpers.panels.controls import Control, script

_DOCUMENT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>
@page {{ margin: 13mm 17mm; }}
body {{ font: 14px/1.45 system-ui, sans-serif; max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; color: #111; }}
h1 {{ font-size: 21px; margin: 0 0 6px; }} h2 {{ font-size: 15.5px; margin: 14px 0 3px; break-after: avoid; }}
p, li {{ margin: 0 0 6px; }} .small {{ font-size: 11.5px; line-height: 1.35; color: #3F4347; }}
.claim {{ border-left: 6px solid #3F4347; padding: 4px 12px; font-size: 16px; white-space: pre-wrap; }}
section, tr {{ break-inside: avoid; }} table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: 5px 10px 5px 0; border-bottom: 1px solid #bbb; }}
td {{ overflow-wrap: anywhere; white-space: pre-wrap; }} th[scope=row] {{ width: 11em; }}
sup {{ font-size: .68em; line-height: 0; }} table {{ margin-bottom: 10px; }}
@media print {{
  body {{ font-size: 11.5px; margin: 0; padding: 0; max-width: none; }}
  h1 {{ font-size: 18px; }} h2 {{ font-size: 12.5px; margin: 7px 0 1px; }}
  p, li {{ margin-bottom: 3px; }} ol {{ padding-left: 22px; }}
  .small {{ font-size: 8.5px; line-height: 1.25; }} ol.small {{ columns: 2; column-gap: 22px; }}
  th, td {{ padding-top: 3px; padding-bottom: 3px; }} .claim {{ font-size: 13.5px; }}
}}
</style></head>
<body><h1>{title}</h1>{body}<p class="small">{foot}</p></body></html>
"""
FOOT = (
    "From the open course on pancytopenia. It teaches; it does not advise: what it means for one person, only somebody "
    "who knows them can say. Fever with low counts, bleeding that will not stop, chest pain, trouble breathing or "
    "being hard to wake: call your local emergency number now."
)


def document(title: str, body: str) -> str:
    """A whole page that can be printed.

    Args:
        title: plain text.
        body: HTML made with :mod:`helpers.page`.
    """
    return _DOCUMENT.format(title=page.escape(title), body=body, foot=page.escape(FOOT))


class KeepPage(Control):
    """A native button that gives a page to the browser as a file."""

    _esm = script("keep_page")
    label = traitlets.Unicode("Keep this page to print it").tag(sync=True)
    name = traitlets.Unicode("pancytopenia-page.html").tag(sync=True)
    html = traitlets.Unicode("").tag(sync=True)

    def __repr__(self) -> str:
        return f"KeepPage({self.name!r})"
