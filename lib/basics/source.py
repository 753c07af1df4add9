"""Digests of the code that something uses, definition by definition: what is fresh, and what a training's key holds.

The unit is a definition at the top of a module: a function, a class, an assignment. From a notebook's cells, or from
the dotted name of a function, the names in each definition lead to further ones: names of its module, what it imports
(at the top or within), attributes of imported modules, dotted names in texts. Docstrings, comments and layout do not
count. Where a name cannot be followed, the whole module counts; what a module does when it is imported (statements
that define nothing) always does. Files beside a module that it names count by content.

A table, which is a dict of a module or a YAML file, counts entry by entry where it is read through a function marked
`by_name`: those entries that some text in the code names, or one of the given names.

Units are written `package.module:name`, where the name is "" for what a module does and "*" for all of it, as
`package/file`, and as either with the key of an entry in brackets.
"""

import ast
import hashlib
import json
import keyword
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml

from basics.loaded import states

Function = TypeVar("Function", bound=Callable)
Table = tuple[str, ...]  # a unit, and the fields that name its entries beside their key
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
DOTTED = re.compile(r"\w+(\.\w+)+(:\w+)?")
MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
HOLE = "\0"  # what an f-string fills in


def by_name(table: str, *fields: str) -> Callable[[Function], Function]:
    """Mark a function that reads only the entry of a table that its caller names.

    Args:
        table: a dict in the module of the function, or a YAML file (a mapping, or a list of mappings): in its folder,
            by its path below the folder of all packages, or the only one of its name.
        fields: of an entry that name it too; the first is the key in a list.
    """
    return lambda function: function


def lib_root() -> Path:
    """The folder of all packages of the project."""
    return Path(__file__).resolve().parents[1]


def digests(roots: Iterable[str], *, names: Iterable[str] | None = None, lib: Path | None = None) -> dict[str, str]:
    """A digest of every definition that some code uses, directly or through others.

    Args:
        roots: sources of notebook cells, which see each other's imports, and dotted names `package.module:name`.
        names: the texts that choose entries of tables, None for all that the code holds.
        lib: the folder of the packages, None for the running ones.

    Returns:
        unit → digest, sorted; empty brackets behind a table stand for the order of its entries that count.
    """
    tree = _tree(lib or lib_root())
    cells = [statement for root in roots for statement in _cell(tree, root)]
    waiting = [("", _code(tree, cells, _Module("", {}, {})), ())]
    found, texts, tables, seen = {}, set(names or ()), set(), set()
    while waiting:
        unit, part, by_entry = waiting.pop()
        found[unit] = part.digest
        texts |= part.texts if names is None else set()
        by_entry += part.tables
        for use in part.uses:
            read = {table for table in by_entry if table[0] == use}
            tables |= read
            passed_on = by_entry if _home(use) == _home(unit) else ()
            if not read and (use, passed_on) not in seen:
                seen.add((use, passed_on))
                waiting.append((use, _part(tree, use), passed_on))
        if not waiting:
            chosen = _chosen(tree, tables, texts)
            new = [item for parts in chosen.values() for item in parts.items() if item[0] not in found]
            waiting = [(unit, part, ()) for unit, part in new]
            found |= {f"{table[0]}[]": _digest(list(parts)) for table, parts in chosen.items()}
    return {unit: found[unit] for unit in sorted(found) if unit and found[unit]}


def keys_of(table: str) -> list[str]:
    """The keys of a dict that a module assigns, `package.module:NAME`, in order and without importing the module.

    >>> keys_of("hashcenters.centers.generate:GENERATORS")[:2]
    ['csq', 'hadamard']
    """
    module, _, name = table.partition(":")
    (statement,) = _module(_tree(lib_root()), module).bound[name]
    return [ast.literal_eval(key) for key in statement.value.keys]


@dataclass(frozen=True, eq=False)
class _Tree:
    """All packages as they are on disk: modules by dotted name, other files by path and by every folder above."""

    lib: Path
    modules: dict[str, str]
    files: dict[str, list[str]]


class _Module(NamedTuple):
    """The statements of a module that bind each name, "" for those that do something else, and what it imports."""

    name: str
    bound: dict[str, list[ast.stmt]]
    imports: dict[str, set[str]]


class _Part(NamedTuple):
    """One unit: its digest, empty where it only leads on; the units it uses; its texts; tables it reads by name."""

    digest: str = ""
    uses: tuple[str, ...] = ()
    texts: frozenset[str] = frozenset()
    tables: tuple[Table, ...] = ()


def _tree(lib: Path) -> _Tree:
    """The packages as they are now; what is known of them is kept until a file changes."""
    return _tree_of(lib, tuple(sorted(states(lib, "*.*").items())))


@lru_cache(maxsize=2)
def _tree_of(lib: Path, files: tuple[tuple[str, tuple[int, int]], ...]) -> _Tree:
    tree = _Tree(lib, {}, {})
    for path, _ in files:
        if path.endswith(".py"):
            tree.modules[path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")] = path
            continue
        tree.files.setdefault(path.rpartition("/")[2], []).append(path)
        for count in range(path.count("/")):
            tree.files.setdefault(path.rsplit("/", count)[0], []).append(path)
    return tree


@cache
def _module(tree: _Tree, name: str) -> _Module:
    body = _parsed(path := tree.lib / tree.modules[name], (path.stat().st_mtime_ns, path.stat().st_size)).body
    bound: dict[str, list[ast.stmt]] = {"": []}
    for statement in body:
        for target in _binds(statement):
            bound.setdefault(target, []).append(statement)
    outside = _walk(statement for statement in body if not isinstance(statement, DEFINITIONS))
    return _Module(name, bound, _imports(outside, _package(tree, name)))


def _walk(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    return [inner for node in nodes for inner in ast.walk(node)]


@cache
def _parsed(path: Path, _state: tuple[int, int]) -> ast.Module:
    """The syntax tree of a module without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *DEFINITIONS)) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return tree


def _written(node: Any) -> str:
    """Code as text that does not depend on which Python has parsed it: what is empty is left out."""
    if isinstance(node, list):
        return f"[{', '.join(map(_written, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.JoinedStr):  # some Pythons put empty texts between its parts
        return f"JoinedStr({_written([part for part in node.values if getattr(part, 'value', None) != ''])})"
    fields = [f"{name}={_written(value)}" for name, value in ast.iter_fields(node) if value not in (None, [])]
    return f"{type(node).__name__}({', '.join(fields)})"


def _binds(statement: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module binds, and "" if it may do something else too."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    main = isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'"
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    if main or text or isinstance(statement, ast.Import | ast.ImportFrom):
        return set()
    nodes = list(ast.walk(statement))
    stored = [node for node in nodes if isinstance(getattr(node, "ctx", None), ast.Store)]
    names = {node.id for node in stored if isinstance(node, ast.Name)}
    names |= {node.name for node in nodes if isinstance(node, DEFINITIONS)}
    changes = any(isinstance(node, ast.Attribute | ast.Subscript) for node in stored)
    return names if isinstance(statement, ast.Assign | ast.AnnAssign) and not changes else names | {""}


def _package(tree: _Tree, module: str) -> str:
    """The package that relative imports of a module start from."""
    return module if tree.modules.get(module, "").endswith("/__init__.py") else module.rpartition(".")[0]


def _imports(nodes: Iterable[ast.AST], package: str) -> dict[str, set[str]]:
    """What code imports: the names it gets → the dotted names they stand for."""
    pairs = []
    for node in nodes:
        if isinstance(node, ast.Import):
            pairs += [(alias.asname or alias.name, alias.name) for alias in node.names]
            pairs += [(first, first) for first in (alias.name.partition(".")[0] for alias in node.names)]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            pairs += [(alias.asname or alias.name, f"{base}.{alias.name}") for alias in node.names]
    return {name: {dotted for other, dotted in pairs if other == name} for name, _ in pairs}


def _names(nodes: Collection[ast.AST]) -> set[str]:
    """The names in code, each with its attributes: `codes.pack`."""
    inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    return {_dotted(node) for node in nodes if id(node) not in inner} - {""}


def _dotted(node: ast.AST) -> str:
    """A name with its attributes; empty where something else has the attributes."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return before and f"{before}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The texts in code; an f-string has holes."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)


@cache
def _resolve(tree: _Tree, dotted: str) -> tuple[str, ...]:
    """The units that a dotted name stands for: what importing its modules does, then the definition."""
    name, *more = re.split("[.:]", dotted)
    found = [f"{name}:"] if name in tree.modules else []
    while found and more:
        module, inner = _module(tree, name), f"{name}.{more[0]}"
        if inner not in tree.modules or more[0] in module.bound or more[0] in module.imports:
            found.append(f"{name}:{more[0]}")
        if inner not in tree.modules:
            return tuple(found)
        found.append(f"{inner}:")
        name, more = inner, more[1:]
    return (*found, f"{name}:*") if found else ()


def _named_by(tree: _Tree, text: str, folder: str) -> Iterator[str]:
    """What a text stands for: files in the folder beside it, a dotted name, the files of a package."""
    yield from tree.files.get(f"{folder}/{text}") or tree.files.get(text, ())
    if DOTTED.fullmatch(text):
        yield from _resolve(tree, text)
        yield from tree.files.get(text.replace(".", "/"), ())


def _cell(tree: _Tree, source: str) -> list[ast.stmt]:
    """The statements of a notebook cell; of one that is no Python, the words in it as names."""
    try:
        return ast.parse(repr(source) if DOTTED.fullmatch(source) else MAGIC.sub(r"\1pass", source)).body
    except SyntaxError:
        words = re.findall(r"[A-Za-z_][\w.]*\b", source)
        names = [word for word in words if not any(map(keyword.iskeyword, word.split(".")))]
        packages = [f"import {name}" for name in tree.modules if "." not in name]
        return ast.parse("\n".join([*packages, *names])).body


def _code(tree: _Tree, nodes: list[ast.AST], module: _Module, *, outside: bool = False) -> _Part:
    """What some code of a module is and uses; `outside` of its definitions, what it imports is used too."""
    walked, path = _walk(nodes), tree.modules.get(module.name, "")
    imports = module.imports if outside else _imports(walked, _package(tree, module.name))
    imported = {unit for dotted in imports.values() for name in dotted for unit in _resolve(tree, name)}
    uses = {unit for unit in imported if unit.endswith(":") or "*" in imports}
    for name in _names(walked):
        first, dot, attributes = name.partition(".")
        for target in module.imports.get(first, set()) | imports.get(first, set()):
            uses.update(_resolve(tree, target + dot + attributes))
        uses.update([f"{module.name}:{first}"] if first in module.bound else [])
        if first == "__file__":
            uses.update(file for file in tree.files if file.startswith(f"{path.removesuffix('.py')}."))
    texts = frozenset(_texts(walked))
    folder = path.rpartition("/")[0]
    uses.update(use for text in texts for use in _named_by(tree, text, folder))
    tables = []
    for mark in (mark for node in nodes for mark in getattr(node, "decorator_list", ())):
        if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith(by_name.__name__):
            table, *fields = (argument.value for argument in mark.args)
            files = tree.files.get(f"{folder}/{table}") or tree.files.get(table)
            unit = files[0] if files else f"{module.name}:{table}"
            tables.append((unit, *fields))
    digest = _digest([_written(node) for node in nodes]) if nodes else ""
    return _Part(digest, tuple(sorted(uses)), texts, tuple(tables))


@cache
def _part(tree: _Tree, unit: str) -> _Part:
    """What one unit is and uses."""
    name, colon, member = unit.partition(":")
    if not colon:
        content = (tree.lib / unit).read_bytes()
        return _data(tree, unit, content.hex(), _yaml(content) if unit.endswith(".yaml") else None)
    module = _module(tree, name)
    if member in module.bound:
        return _code(tree, module.bound[member], module, outside=not member)
    if member in module.imports:
        return _Part(uses=tuple(use for dotted in module.imports[member] for use in _resolve(tree, dotted)))
    below = [inner for inner in tree.modules if inner.rpartition(".")[0] == _package(tree, name) == name]
    holders = [f"{inner}:{member}" for inner in below if member in _module(tree, inner).bound]
    if "__getattr__" in module.bound and holders:
        return _Part(uses=(f"{name}:__getattr__", *holders, *(f"{inner}:" for inner in below)))
    own = [f"{name}:{inner}" for inner in (*module.bound, *(module.imports if below else ()))]
    return _Part(uses=(*own, *(f"{inner}:*" for inner in below)))


def _data(tree: _Tree, path: str, content: Any, value: Any) -> _Part:
    """What a file that is no module, or an entry of it, is and uses: what its texts name."""
    texts = frozenset(_leaves(value))
    uses = (use for text in texts for use in _named_by(tree, text, path.rpartition("/")[0]))
    return _Part(_digest(content), tuple(uses), texts)


def _yaml(content: bytes) -> Any:
    return yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _leaves(value: Any) -> Iterator[str]:
    """The texts in nested lists and mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)


@cache
def _entries(tree: _Tree, table: Table) -> dict[str, tuple[set[str], _Part]]:
    """The entries of a table by unit, each with its names; none where it cannot be taken apart."""
    unit, *fields = table
    if ":" not in unit:
        content = _yaml((tree.lib / unit).read_bytes())
        entries = {e[fields[0]]: e for e in content} if isinstance(content, list) else content
        return {
            f"{unit}[{key}]": ({str(key), *(str(e.get(field)) for field in fields)}, _data(tree, unit, e, e))
            for key, e in entries.items()
        }
    module = _module(tree, _home(unit))
    written = [getattr(node, "value", None) for node in module.bound.get(unit.partition(":")[2], ())]
    table_of = written[0] if len(written) == 1 and isinstance(written[0], ast.Dict) else ast.Dict([], [])
    items = list(zip(table_of.keys, table_of.values, strict=True))
    if not all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key, _ in items):
        return {}
    return {f"{unit}[{key.value}]": ({key.value}, _code(tree, [value], module)) for key, value in items}


def _chosen(tree: _Tree, tables: Iterable[Table], texts: set[str]) -> dict[Table, dict[str, _Part]]:
    """The entries of each table that some text names; all of a table that cannot be taken apart."""
    exact = texts | {text.partition("/")[0] for text in texts}
    holed = [text.split(HOLE) for text in texts if HOLE in text and re.search(r"\w", text)]
    pattern = re.compile("|".join(".*".join(map(re.escape, pieces)) for pieces in holed) or "(?!)", re.DOTALL)
    found = {}
    for table in tables:
        entries = _entries(tree, table)
        found[table] = {
            unit: part for unit, (names, part) in entries.items() if names & exact or any(map(pattern.fullmatch, names))
        }
        found[table] |= {} if entries else {table[0]: _part(tree, table[0])}
    return found


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:20]


def _home(unit: str) -> str:
    """The module of a unit."""
    return unit.partition(":")[0]
