"""The one door to ``data/``: reads a table once, typed by its schema, and cites a source.

>>> table("severity")            # a DataFrame
>>> source("WHO2024").text         # the full citation
>>> cite("WHO2024")                # remembers that this notebook used it
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data"

_DTYPES = {"string": "str", "number": "float64", "integer": "Int64", "boolean": "boolean"}
_PLAIN = {"string": str, "number": float, "integer": int, "boolean": lambda cell: cell.lower() == "true"}


_NO_JOURNAL = ("", "PubMed Central", "Journal not shown")


@dataclass(frozen=True)
class Source:
    """Where a figure comes from."""

    key: str
    """Short stable name used in every table's ``source`` column."""
    kind: str
    """Paper, guideline, standard, textbook, web page, course ..."""
    authors: str
    year: str
    title: str
    where: str
    """Journal and pages, publisher or site."""
    doi: str
    pmid: str
    pmcid: str
    url: str
    confidence: str
    """A primary or official, B one good secondary, C weak, D derived by the course."""
    note: str

    @property
    def short(self) -> str:
        """First author and year, as one writes it in a sentence; the journal's name where no author is known."""
        names = [name.strip() for name in self.authors.replace(";", ",").split(",") if name.strip()]
        if names:
            first = names[0].rsplit(" ", 1)[0] if names[0].rsplit(" ", 1)[-1].isupper() else names[0]
            name = first + (" et al." if len(names) > 1 else "")
        else:
            journal = re.split(r"[(,]|\s\S*\d", self.where)[0].strip()
            name = self.title if journal in _NO_JOURNAL else journal
        return f"{name} {self.year}".strip()

    @property
    def link(self) -> str:
        """The best address to follow: DOI, then PubMed Central, PubMed, page."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmcid:
            return f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmcid}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url

    @property
    def text(self) -> str:
        """The whole citation in one line."""
        parts = (self.authors, self.title, self.where, self.year, self.link)
        return ". ".join(part.rstrip(".") for part in parts if part) + "."


@cache
def _schema() -> dict[str, dict[str, Any]]:
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in package["resources"]}


def _fields(name: str) -> dict[str, str]:
    """Column to type, as the schema has them."""
    if name not in _schema():
        known = ", ".join(sorted(_schema()))
        raise KeyError(f"There is no table called {name!r} in data/. The tables are: {known}.")
    return {field["name"]: field["type"] for field in _schema()[name]["schema"]["fields"]}


def _check_columns(name: str, columns: list[str]) -> None:
    if columns != list(_fields(name)):
        path = _schema()[name]["path"]
        raise ValueError(f"data/{path} has the columns {columns}; its schema says {list(_fields(name))}.")


@cache
def _read(name: str) -> pd.DataFrame:
    dtypes = {column: _DTYPES[kind] for column, kind in _fields(name).items()}
    path = DATA / _schema()[name]["path"]
    frame = pd.read_csv(path, dtype=dtypes, encoding="utf-8", keep_default_na=False, na_values=[""])
    _check_columns(name, list(frame.columns))
    return frame


def table(name: str) -> pd.DataFrame:
    """One table of ``data/``, typed as ``datapackage.json`` says.

    Args:
        name: the table's name without ``.csv``, e.g. ``"patients"``.

    Returns:
        A DataFrame of its own (changing it changes nothing else). Units are in the column names or a ``unit`` column.

    Raises:
        KeyError: no such table; the message lists those there are.
        ValueError: the file's columns are not those of its schema.
    """
    return _read(name).copy(deep=False)


@cache
def records(name: str) -> tuple[Mapping[str, Any], ...]:
    """The rows of a table as plain mappings (read only), for code that asks row by row; a missing cell is None.

    Raises:
        KeyError: no such table.
        ValueError: the file's columns are not those of its schema.
    """
    fields = _fields(name)
    with (DATA / _schema()[name]["path"]).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        _check_columns(name, list(rows.fieldnames or ()))
        plain = [{key: _PLAIN[fields[key]](cell) if cell else None for key, cell in row.items()} for row in rows]
    return tuple(MappingProxyType(row) for row in plain)


@cache
def constant(name: str) -> float:
    """A named figure of ``data/constants.csv``; its unit is in the name.

    Raises:
        KeyError: no constant has that name.
    """
    values = {row["name"]: row["value"] for row in records("constants")}
    if name not in values:
        raise KeyError(f"data/constants.csv has no constant called {name!r}. It has: {', '.join(values)}.")
    return float(values[name])


def constant_sources(*names: str) -> str:
    """Keys of the sources of these constants, each once, separated by spaces.

    Raises:
        KeyError: no constant has that name.
    """
    found = {row["name"]: row["source"] for row in records("constants")}
    for name in names:
        constant(name)
    return " ".join(dict.fromkeys(" ".join(found[name] for name in names).split()))


@cache
def _sources() -> dict[str, Source]:
    return {
        row["key"]: Source(**{name: row[name] or "" for name in Source.__annotations__}) for row in records("sources")
    }


def source(key: str) -> Source:
    """The source with this key (a row of ``data/sources.csv``).

    Raises:
        KeyError: no source has that key.
    """
    if key not in _sources():
        raise KeyError(f"No source has the key {key!r}. See data/sources.csv for the keys there are.")
    return _sources()[key]


_cited: dict[str, None] = {}


def cite(keys: str) -> str:
    """Remember that the sources were used, and name them shortly.

    Args:
        keys: one key, or several separated by spaces, as in a ``source`` column.

    Returns:
        E.g. ``"Beutler et al. 2006; WHO 2024"``.

    Raises:
        KeyError: a key that no source has.
    """
    found = [source(key) for key in keys.split()]
    _cited.update(dict.fromkeys(item.key for item in found))
    return "; ".join(item.short for item in found)


def cited() -> pd.DataFrame:
    """The sources cited so far in this notebook, in alphabetical order of key: citation, address and confidence."""
    rows = [source(key) for key in sorted(_cited)]
    return pd.DataFrame(
        [(row.key, row.text, row.confidence) for row in rows], columns=["key", "source", "confidence"]
    ).set_index("key")


def forget_citations() -> None:
    """Start the list of cited sources afresh."""
    _cited.clear()


@cache
def questions(notebook: str) -> dict[str, Any]:
    """The exercises of one notebook, as ``data/exercises/<notebook>.toml`` holds them.

    Raises:
        FileNotFoundError: there is no such file; the message names the notebooks that have exercises.
    """
    import tomllib

    path = DATA / "exercises" / f"{notebook}.toml"
    if not path.is_file():
        known = ", ".join(sorted(item.stem for item in path.parent.glob("*.toml"))) or "none yet"
        raise FileNotFoundError(f"There are no exercises for {notebook!r}. Notebooks with exercises: {known}.")
    return tomllib.loads(path.read_text(encoding="utf-8"))
