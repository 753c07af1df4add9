"""Which modules of the library a piece of code uses, and a digest of each that ignores docstrings and layout."""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = "hashcenters"
_DOTTED = re.compile(rf"{PACKAGE}(\.\w+)+(:\w+)?")
_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)


def package_root() -> Path:
    """The folder of the package."""
    return Path(__file__).resolve().parents[1]


def digests(code: Iterable[str], root: Path | None = None) -> dict[str, str]:
    """SHA-256 of every library file that some code uses, directly or through other modules.

    A module counts by its syntax tree without docstrings, so that comments and layout do not matter. A file
    that lies beside a module and is named in it (a table, a template) counts by its content.

    Args:
        code: sources of notebook cells or modules.
        root: the folder of the package, None for the running one.

    Returns:
        Path relative to `root` → digest, sorted by path.
    """
    root = root or package_root()
    found: dict[str, str] = {}
    waiting = [path for source in code for path in _used_by_source(source, root)]
    while waiting:
        path = waiting.pop()
        name = path.relative_to(root).as_posix()
        if name in found:
            continue
        found[name], used = _inspect(path, root, path.stat().st_mtime_ns)
        waiting.extend(used)
    return dict(sorted(found.items()))


@cache
def _inspect(path: Path, root: Path, _changed: int) -> tuple[str, tuple[Path, ...]]:
    """Digest of one file, and the files that it uses."""
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).hexdigest(), ()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    module = _dotted(path, root)
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    used = {file for name in _imports(tree, package) for file in _files(name, root)}
    used |= set(_beside(tree, path.parent))
    if path.stem == "__init__" and _is_lazy(tree):
        used |= set(path.parent.glob("*.py"))
    return hashlib.sha256(_without_docstrings(tree).encode()).hexdigest(), tuple(sorted(used))


def _used_by_source(source: str, root: Path) -> set[Path]:
    """Library files that a notebook cell imports; a cell that is no Python imports nothing."""
    try:
        tree = ast.parse(_MAGIC.sub(r"\1pass", source))
    except SyntaxError:
        return set()
    return {file for name in _imports(tree, "") for file in _files(name, root)}


def _dotted(path: Path, root: Path) -> str:
    """`hashcenters.plots.style` of its file; a package goes by its folder."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join((PACKAGE, *(parts[:-1] if parts[-1] == "__init__" else parts)))


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Dotted names that code imports or names in a string, perhaps with an attribute at the end."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join((*above, base) if base else above)
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            yield node.value.replace(":", ".")


def _files(name: str, root: Path) -> Iterator[Path]:
    """The files that importing a dotted name reads: its packages, then its module."""
    first, *rest = name.split(".")
    if first != PACKAGE:
        return
    folder = root
    yield folder / "__init__.py"
    for part in rest:
        if (folder / f"{part}.py").is_file():
            yield folder / f"{part}.py"
            return
        folder = folder / part
        if not (folder / "__init__.py").is_file():
            return
        yield folder / "__init__.py"


def _beside(tree: ast.AST, folder: Path) -> Iterator[Path]:
    """Files that are no modules, lie under `folder` and are named in the code by file or folder."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if not re.fullmatch(r"[\w-]+(\.\w+)?", node.value):
            continue
        path = folder / node.value
        inside = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in inside if file.is_file() and file.suffix not in (".py", ".pyc"))


def _is_lazy(tree: ast.Module) -> bool:
    """Whether a package finds its names when they are asked for."""
    return any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree.body)


def _without_docstrings(tree: ast.Module) -> str:
    """A syntax tree as text, without docstrings and positions."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and _is_text(body[0]):
            node.body = body[1:]
    return ast.dump(tree)


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
