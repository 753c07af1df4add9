"""`python -m benchmarks.code_lines`: code lines by house, those that are not blank, comment or docstring."""

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

from basics.paths import project_root

# at most so many, in the core and in all houses
CORE_BUDGET, TOTAL_BUDGET = 5_000, 18_070
CORE = "hashcenters"
NO_CODE = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}
WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_lines(source: str) -> int:
    """How many lines of a module are code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, WITH_DOCSTRING) and ast.get_docstring(node) is not None:
            lines.difference_update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def by_house(lib: Path) -> dict[str, int]:
    """Code lines of each house, the packages right below `lib`."""
    counted: Counter[str] = Counter()
    for path in sorted(lib.rglob("*.py")):
        counted[path.relative_to(lib).parts[0]] += code_lines(path.read_text(encoding="utf-8"))
    return dict(counted)


def main() -> None:
    """Print a line a house, and the sum beside its budget."""
    found = by_house(project_root() / "lib")
    for house, count in found.items():
        print(f"{house:12}{count:8,}" + (f"  of {CORE_BUDGET:,}" if house == CORE else ""))
    print(f"{'all':12}{sum(found.values()):8,}  of {TOTAL_BUDGET:,}")


if __name__ == "__main__":
    main()
