"""The one door to ``data/``: reads a table once, typed by its schema, and cites a source.

>>> criteria = table("severity")     # a DataFrame
>>> source("WHO2024").year           # .text is the full citation
'2024'
>>> cite("WHO2024")                  # remembers that this notebook used it
'World Health Organization 2024'
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import shorten
from types import MappingProxyType
from typing import Any

import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data"

_DTYPES = {"string": "str", "date": "str", "number": "float64", "integer": "Int64", "boolean": "boolean"}
_PLAIN = {"string": str, "date": str, "number": float, "integer": int, "boolean": lambda cell: cell.lower() == "true"}


_COPIES_WHEN_WRITTEN = int(pd.__version__.partition(".")[0]) >= 3
"""Whether pandas copies a shallow copy before it is changed; in a browser it is an older one."""

_TITLE = 48
"""Characters of a title that stand for it where no author is known."""


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
        """First author and year, as one writes it in a sentence; the title's first words where no author is known."""
        names = [name.strip() for name in self.authors.replace(";", ",").split(",") if name.strip()]
        if names:
            first = names[0].rsplit(" ", 1)[0] if names[0].rsplit(" ", 1)[-1].isupper() else names[0]
            name = first + (" et al." if len(names) > 1 else "")
        else:
            name = shorten(self.title.partition(" (")[0], _TITLE, placeholder=" …")
        return f"{name} {self.year}".strip()

    @property
    def label(self) -> str:
        """Its short name; a weak source is said to be one."""
        return f"{self.short} (weak)" if self.confidence == "C" else self.short

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
        return " ".join(part if part[-1] in "?!" else part.rstrip(".") + "." for part in parts if part)


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
    return _read(name).copy(deep=not _COPIES_WHEN_WRITTEN)


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


def keyed(name: str, column: str, made: Callable[..., Any] | None = None, **cells: Callable[[Any], Any]) -> Mapping:
    """The rows of a table by the key in one of its columns, in the order of the table.

    Args:
        name: the table. column: where its keys stand; rows without one are left out.
        made: a dataclass to make of each row. A field is the cell of its name, "" where that is missing; the field
            ``key`` is the key.
        cells: fields that are made of the row otherwise.
    """
    rows = {row[column]: row for row in records(name) if row[column] is not None}
    if made is None:
        return MappingProxyType(rows)

    def fields(key: str, row: Mapping[str, Any]) -> dict[str, Any]:
        plain = {field: row[field] or "" for field in made.__annotations__ if field in row and field not in cells}
        own = {"key": key} if "key" in made.__annotations__ else {}
        return plain | own | {field: make(row) for field, make in cells.items()}

    return MappingProxyType({key: made(**fields(key, row)) for key, row in rows.items()})


def picked(key: str, among: Mapping[str, Any], what: str) -> Any:
    """What stands under a key.

    Raises:
        ValueError: nothing does; the message says so of ``what``, and lists the keys there are.
    """
    if key not in among:
        raise ValueError(f"There is no {what} {key!r}. Choose among: {', '.join(among)}.")
    return among[key]


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


@cache
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
    return "; ".join(item.label for item in found)


def sourced(rows: str | Iterable[Any], *columns: str) -> pd.DataFrame:
    """Rows of ``data/`` as a notebook shows them: chosen columns, readable headings, and the sources, which it cites.

    Args:
        rows: the name of a table; or rows of one, with their ``source``.
        columns: what to show, in this order, e.g. ``"why"`` or ``"at_once as what is done"``; all where none is named.
            The first names the rows.

    Returns:
        One row each; ``source`` is the last column that is shown.

    Raises:
        KeyError: no such table, column or source.
    """
    frame = table(rows) if isinstance(rows, str) else pd.DataFrame(rows)
    frame = frame if frame.index.names == [None] else frame.reset_index()
    headings = dict((part.split(" as ") * 2)[:2] for part in columns or frame.columns if part != "source")
    shown = frame.assign(source=frame["source"].map(cite))[[*headings, "source"]].rename(columns=headings)
    return shown.set_index(shown.columns[0])


def cited() -> pd.DataFrame:
    """The sources cited so far in this notebook, in alphabetical order of key: citation, address and confidence."""
    rows = [source(key) for key in sorted(_cited)]
    return pd.DataFrame(
        [(row.key, row.text, row.confidence) for row in rows], columns=["key", "source", "confidence"]
    ).set_index("key")


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


def question_files() -> list[str]:
    """The files of questions, in order: ``00_start_here`` ..., ``forms/after`` ...."""
    folder = DATA / "exercises"
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.toml"))


def question_versions() -> dict[str, tuple[str, str]]:
    """Id of a question to the name of its wording and the fingerprint it had when it was named."""
    path = DATA / "exercises" / "versions.json"
    return (
        {id: tuple(pair) for id, pair in json.loads(path.read_text(encoding="utf-8")).items()} if path.is_file() else {}
    )


def keep_question_versions(versions: Mapping[str, tuple[str, str]]) -> None:
    """Write them, one question a line (for those who write questions)."""
    lines = ",\n".join(f"  {json.dumps(id)}: {json.dumps(pair)}" for id, pair in sorted(versions.items()))
    (DATA / "exercises" / "versions.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def question_schema() -> dict[str, Any]:
    """What all questions have, as a JSON schema."""
    return json.loads((DATA / "exercises" / "schema.json").read_text(encoding="utf-8"))


def notebook_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    return json.loads(path.read_text(encoding="utf-8"))["cells"]
