"""How a notebook shows data frames."""

from __future__ import annotations

from typing import Any

import pandas as pd
from IPython import get_ipython

from helpers import page


def show_tables_plainly() -> None:
    """From here on this notebook shows data frames so that prose stands left, numbers right, and long lines wrap.

    More than a hundred rows are shortened in the middle.
    """
    pd.set_option("display.max_rows", 100)
    shell = get_ipython()
    if shell is not None:
        shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, page.frame_html)
        shell.display_formatter.formatters["text/plain"].for_type(pd.DataFrame, _shortly)


def _shortly(frame: pd.DataFrame, printer: Any, cycle: bool) -> None:
    """A frame where there is no HTML: its size, and where it begins and ends; the whole of it stands in the HTML."""
    printer.text(frame.to_string(max_rows=6, max_cols=8, max_colwidth=24, show_dimensions=True))
