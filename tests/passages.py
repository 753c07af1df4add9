"""The documents' texts taken apart: headings, sentences, displayed equations, figures, tables and references."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from basics.paths import project_root
from workbook.catalogue import documents
from workbook.coverage import coverage

FOLDER = "HASHCENTERS_DOCUMENTS"  # environment variable: the folder of both texts
SHORT = re.compile(r"\b(?:Eqs?|Figs?|Tab|Secs?|i\.e|e\.g|et al|vs)\.$")
LABELS = re.compile(  # numbers that name a place, a network or a step of an enumeration
    r"\b(?:Eqs?|Fig|Figure|Tab|Table|Sec|Equation|Algorithm|Definition)\W{0,3}\(?(?:S\.)?\d+(?:\.\d+)?|\(S\.\d+\)|"
    r"\[\d+\]|(?<=\s)\d\)\s|\^\{[^{}]*\}",
    re.IGNORECASE,
)
INDICES = re.compile(r"[_^](?:\{[^{}]*\}|\w)|\\?\{[^{}]*\}|[\[(|][^])|]*[])|]")  # inside a formula
NUMBER = re.compile(r"(?<![\w.^/-])\d+(?:\.\d+)?(?:e-\d+)?(?=(?:bits?|G)?\b)(?!\.\d)")


@dataclass(frozen=True)
class Passage:
    """A part of a document's text.

    Args:
        section: number of its section, "References", or "" above the first heading.
        kind: heading, sentence, equation, figure, table (its caption), row (of a table) or reference.
        text: with single spaces.
    """

    section: str
    kind: str
    text: str

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits of the text without spaces and marks of layout."""
        return hashlib.sha256(re.sub(r"[\s*#]", "", self.text).encode()).hexdigest()[:8]

    @property
    def numbers(self) -> list[str]:
        """The numbers that it prints in digits; those of an equation or a reference are part of it."""
        if self.kind in ("equation", "heading", "reference"):
            return []
        outside = LABELS.sub(" ", self.text)
        return NUMBER.findall(re.sub(r"\$[^$]*\$", lambda formula: INDICES.sub(" ", formula.group()), outside))


def texts() -> dict[str, str]:
    """The documents' texts by short name, as far as they are here."""
    folder = Path(os.environ.get(FOLDER) or project_root().parent / "shared" / "seeds")
    found = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]
    return {
        name: text
        for name, title in documents().items()
        for text in found
        if " ".join(title.lower().split()[:5]) in text[:300].lower()
    }


def passages(text: str) -> list[Passage]:
    """A text in the order in which it is printed."""
    text = re.sub(r"\$\$(.+?)\$\$(\s*\(S\.\d+\))?", _displayed, text, flags=re.DOTALL)
    found, section = [], ""
    for block in filter(None, map(str.strip, re.split(r"\n\s*\n", text))):
        if block.startswith("#"):
            title = block.strip("#* \n")
            number = re.match(r"\d+(?:\.\d+)*|References", title)
            section = number.group() if number else section
            found.append(Passage(section, "heading", _plain(title)))
        else:
            found += [Passage(section, kind, _plain(part)) for kind, part in _parts(block, section)]
    return found


def _displayed(match: re.Match[str]) -> str:
    """A displayed equation as a block of its own."""
    return f"\n\n\\display {' '.join(''.join(filter(None, match.groups())).split())}\n\n"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _parts(block: str, section: str) -> Iterator[tuple[str, str]]:
    """Kind and text of the passages of a block."""
    if block.startswith("\\display"):
        yield "equation", block.removeprefix("\\display ")
    elif section == "References":
        yield from (("reference", part) for part in re.split(r"\n?- (?=\[|[A-Z])", block) if part.strip())
    elif "\t" in block:
        yield from (("row", line) for line in block.splitlines())
    else:
        caption = re.match(r"(Fig|Table)", block)
        first = {"Fig": "figure", "Table": "table"}[caption.group()] if caption else "sentence"
        for number, part in enumerate(_sentences(block)):
            yield (first if number == 0 else "sentence"), part


def _sentences(block: str) -> list[str]:
    """The sentences of a paragraph; the label of a caption stays with its first one, that of a case is left out."""
    parts: list[str] = []
    for item in re.split(r"(?:^|\n)- \d\. ", block):
        open_end = False
        for part in re.split(r"(?<=[.!?])\s+(?=[A-Z$*¹²<])", item.strip()):
            if open_end:
                parts[-1] += f" {part}"
            elif part:
                parts.append(part)
            label = re.fullmatch(r"(?:Figure|Fig\.|Table) (?:S\.)?\d+\.", parts[-1] if parts else "")
            open_end = bool(label or SHORT.search(part))
    return parts


def uncovered(document: str, text: str) -> list[str]:
    """Where the catalogue and a text differ: what is on one side only, and numbers that are not the listed ones."""
    ours = [(entry.section, entry.kind, entry.digest) for entry in coverage().passages[document]]
    theirs = passages(text)
    changes = SequenceMatcher(None, ours, [(part.section, part.kind, part.digest) for part in theirs], autojunk=False)
    found = []
    for change, first, last, start, end in changes.get_opcodes():
        if change != "equal":
            found += [f"not in the text: {entry.about}" for entry in coverage().passages[document][first:last]]
            found += [f"not covered: {part.text} ({part.digest})" for part in theirs[start:end]]
    numbers = [number for entry in coverage().passages[document] for number in entry.numbers]
    return found + ["numbers differ"] * (numbers != [number for part in theirs for number in part.numbers])
