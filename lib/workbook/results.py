"""Where a notebook records what it found: tables, figures and verdicts, each with the files it stands on."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from basics import frames, paths
from basics.errors import InputError
from basics.files import write_text
from basics.frames import cell
from workbook import display, records, run_table, style, tables
from workbook import interactive as live
from workbook.claims import Claim
from workbook.literature import check_comparison
from workbook.project import setting
from workbook.texts import KINDS, texts_of

SCREEN_DOTS_PER_INCH = 140


def open_results(notebook: str, *, profile: str) -> "Results":
    """Start recording for one notebook; what it recorded before is dropped, with its files.

    A notebook that a person has open in JupyterLab records under `runs/live/` of the profile instead, so that
    playing with parameters never changes the results of the batch run.

    Args:
        notebook: file name without suffix, `NN_name`.
        profile: name of the profile, a folder under the results.

    Raises:
        InputError: a malformed name, or a results folder that cannot be written.
    """
    if not re.fullmatch(r"\d\d_\w+", notebook):
        raise InputError(f"notebook must be named NN_name, got {notebook!r}")
    if not re.fullmatch(r"\w[\w.-]*", profile):
        raise InputError(f"profile must be a plain name, got {profile!r}")
    folder = paths.runs_root(profile) / "live" if live.is_live() else paths.profile_results(profile)
    records.drop(folder, notebook)
    return Results(notebook, profile, folder)


def read_exhibits(profile: str) -> dict[str, dict[str, Any]]:
    """All figures and tables of a profile by id, in the order of notebooks and of recording."""
    return records.in_order(paths.shown_results(profile) / records.EXHIBITS)


def read_claims(profile: str) -> list[dict[str, Any]]:
    """All recorded verdicts of a profile, in the order of notebooks and of recording."""
    return list(records.in_order(paths.shown_results(profile) / records.CLAIMS).values())


def read_table(name: str, *, profile: str) -> pd.DataFrame:
    """The table `NN-name` that another notebook recorded.

    Raises:
        InputError: no such table; the notebook has to be run first.
    """
    path = paths.shown_results(profile) / "tables" / f"{name}.csv"
    if not path.is_file():
        raise InputError(f"expected the table {name} in the results of {profile}; run notebook {name[:2]} first")
    return pd.read_csv(path)


@dataclass(frozen=True)
class Results:
    """The open record of one notebook.

    Args:
        notebook: file name without suffix.
        profile: name of the profile.
        folder: where it is written.
        values: of placeholders in the texts of its exhibits, shared by all of them; see `share`.

    Captions, alt texts, protocols and the evidence of claims stand in the notebook's file of texts (`texts`), with
    placeholders that are filled from the shared values and those of a call; what a call itself says wins over them.
    """

    notebook: str
    profile: str
    folder: Path
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The two digits of the notebook."""
        return self.notebook[:2]

    @property
    def judges(self) -> bool:
        """Whether these results judge the documents' statements, which those on somebody's own data do not.

        A live session keeps the profile's name whatever its parameters read, so these are looked at.
        """
        given, name = live.session(), self.profile
        if given:
            usual = {key: value for key, value in given.items() if key != "root" and not key.endswith("options")}
            name = import_module(setting("hooks")).other_data(given | {"profile": name}, usual)[0] or name
        return not name.startswith(paths.OWN)

    def share(self, **values: Any) -> None:
        """Give values that the texts of several exhibits name."""
        self.values.update(values)

    def table(self, frame: pd.DataFrame, name: str, **texts: Any) -> display.Shown:
        """Save a table as csv, md and tex, record it, and return it for display.

        Args:
            frame: the table, without times, dates or hosts; what it follows from, where `run_table.declare` says it.
            name: short name in lower case with hyphens.
            texts: those that its notebook's file does not say, and values of placeholders: `caption` (one sentence;
                the only text that many readers see), `protocol` (what the numbers depend on: dataset, protocol, bits,
                top_k, ties, epochs, seeds, device), `source` (the table of a document that this one stands beside,
                such as "CSQ Table 1"), `substitute` (one sentence on what the data stands in for; None for the
                documents' own data).

        Raises:
            InputError: a malformed name, a volatile column, an empty caption, an unwritable folder.
        """
        texts = self._texts("tables", name, texts)
        stem = self._stem("tables", name, texts["caption"])
        files = tables.save(frame, stem, caption=texts["caption"], note=tables.made_with(texts))
        derived = dict(frame.attrs.get(run_table.DERIVED, {}))
        runs, more = derived.pop("runs", []), {run_table.DERIVED: derived} if derived else {}
        exhibit, entry = self._record("table", stem, texts, files, runs=runs, **more)
        frame.attrs[run_table.RECORDED] = exhibit
        return display.shown_table(frame, entry["caption"], exhibit=exhibit, entry=entry)

    def figure(self, drawn: Figure, name: str, *, data: pd.DataFrame, **texts: Any) -> display.Shown:
        """Save a figure as svg, png and pdf with the table it was drawn from, record it, close it, return it.

        Args:
            drawn: the figure.
            name: short name in lower case with hyphens.
            data: the table it was drawn from, saved beside it as csv.
            texts: those that its notebook's file does not say, and values of placeholders: `caption` (one sentence
                or two), `alt` (what the picture shows, for readers who cannot see it), `source` (the figure of a
                document that this one stands beside, such as "CSQ Fig. S.2"), `substitute` and `protocol` as for a
                table.

        Raises:
            InputError: a malformed name, an empty caption or alt text, or a folder that cannot be written.
        """
        texts = self._texts("figures", name, texts)
        if not (texts["alt"] or "").strip():
            raise InputError(f"figure {name} needs an alt text")
        stem = self._stem("figures", name, texts["caption"])
        files = style.save(drawn, stem) | {"csv": stem.with_name(f"{stem.name}.csv")}
        write_text(files["csv"], frames.to_csv(data))
        width = round(drawn.get_figwidth() * SCREEN_DOTS_PER_INCH)
        height = round(width * drawn.get_figheight() / drawn.get_figwidth())
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close(drawn)
        exhibit, entry = self._record("figure", stem, texts, files, alt=texts["alt"], width=width, height=height)
        return display.shown_figure(exhibit, files["png"], entry)

    def claim(
        self,
        claim: str,
        verdict: str,
        *,
        observed: Any,
        compare: Mapping[str, float] | None = None,
        follows: Sequence[Mapping[str, Any]] = (),
        **texts: Any,
    ) -> display.Shown:
        """Record a verdict and return it for display, under the anchor `claim-<id>`.

        Args:
            claim: an id of the catalogue.
            verdict: a key of `claims.VERDICTS`.
            observed: what was measured or derived.
            compare: ours of published numbers, by their key in literature.yaml; the documents' data only.
            follows: the rows of recorded tables that the verdict follows from, as the project knows to read them.
            texts: those that its notebook's file does not say, and values of placeholders: `expected` (what the
                document says), `evidence` (one line that says why), `data` (what it was measured on), `substitute`
                (whether that stands in for the documents' data, or what for), `tolerance` (the largest accepted
                difference with its unit).

        Raises:
            InputError: see `claims.Claim` and `literature.check_comparison`.
        """
        if not self.judges:
            return display.shown_note(f"{claim} is not judged here: own data says nothing on the documents.")
        texts = self._texts("claims", claim, texts)
        limit = None if texts["tolerance"] is None else cell(texts["tolerance"])
        expected, evidence, data = (texts[name] or "" for name in ("expected", "evidence", "data"))
        made = Claim(claim, verdict, cell(observed), cell(expected), evidence, limit, data, bool(texts["substitute"]))
        check_comparison(made, dict(compare or {}))
        entry = made.record() | {"compare": {name: float(compare[name]) for name in sorted(compare or {})}}
        entry |= {run_table.FOLLOWS: [*follows]} if follows else {}
        with records.changing(self.folder / records.CLAIMS) as entries:
            key = f"{claim}/{self.notebook}/{data}"
            earlier = sum(e["id"] == claim and e["notebook"] == self.notebook for e in entries.values())
            anchor = f"claim-{claim}-{earlier + 1}" if earlier else f"claim-{claim}"
            entry["anchor"] = entries[key]["anchor"] if key in entries else anchor
            records.put(entries, key, entry | {"notebook": self.notebook})
        return display.shown_claim(made, entry["anchor"])

    def show(self, frame: pd.DataFrame, *, caption: str) -> display.Shown:
        """Show a table without saving it: the place for times and numbers that change with every run."""
        return display.shown_table(frame, caption)

    def _texts(self, kind: str, name: str, given: dict[str, Any]) -> dict[str, Any]:
        """The texts of an exhibit: what the call says, else what the notebook's file does, else None."""
        said = {field: given[field] for field in KINDS[kind] if given.get(field) is not None}
        filed = texts_of(self.notebook, kind, name, self.values | given, given=said)
        texts = dict.fromkeys(KINDS[kind]) | filed | said
        if "protocol" in texts:  # values of kinds that JSON does not have become text
            texts["protocol"] = json.loads(json.dumps(texts["protocol"] or {}, default=str))
        return texts

    def _stem(self, folder: str, name: str, caption: str | None) -> Path:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            raise InputError(f"name must be lower-case words with hyphens, got {name!r}")
        if not caption or not caption.strip() or "\n" in caption:
            raise InputError(f"caption of {name} must be one line of text, got {caption!r}")
        return self.folder / folder / f"{self.number}-{name}"

    def _record(
        self,
        kind: str,
        stem: Path,
        texts: dict[str, Any],
        files: dict[str, Path],
        *,
        runs: Sequence[Mapping[str, Any]] = (),
        **more: Any,
    ) -> tuple[str, dict[str, Any]]:
        """Record a figure or a table, and the runs that it follows from; its id and what was recorded."""
        exhibit = f"{kind}-{stem.name}"
        about = {name: texts[name] for name in ("caption", "source", "substitute", "protocol")}
        written = {suffix: path.relative_to(self.folder).as_posix() for suffix, path in files.items()}
        entry = {"kind": kind, "notebook": self.notebook, "files": written, **about, **more}
        with records.changing(self.folder / records.EXHIBITS) as entries:
            records.put(entries, exhibit, entry)
            if runs:
                run_table.put_runs(self.folder, self.number, stem.name[3:], runs)
        return exhibit, entry
