"""How a notebook shows data frames."""

from __future__ import annotations

import pandas as pd
from IPython import get_ipython

from helpers.pictures import page


def show_tables_plainly() -> None:
    """From here on this notebook shows data frames so that prose stands left, numbers right, and long lines wrap."""
    shell = get_ipython()
    if shell is not None:
        shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, page.frame_html)
