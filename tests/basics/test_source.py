"""Which definitions some code depends on, and which edits count."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from basics import source
from basics.source import digests, lib_root

FILES = {
    "one/__init__.py": '"""Package."""\n\n__version__ = "1"\n',
    "one/low.py": '''"""Low."""

LIMIT = 1
OTHER = 2


class Base:
    """A base."""

    size = LIMIT


def low(x):
    """Low.

    >>> low(1)
    """
    return x


def unused():
    return OTHER
''',
    "one/middle.py": """from one import low as base
from one.low import Base, low

RATE = base.LIMIT
CACHE, KEPT = {}, []


def marked(function):
    return function


class Middle(Base):
    def method(self):
        return RATE


@marked
def decorated():
    return 1


def inner():
    from one.low import unused

    return unused()


def whole():
    return getattr(base, "low")(1)


def one_of_it():
    return base.low(2)
""",
    "one/registered.py": "TABLE = {}\n\ndef kept():\n    return TABLE\n\ndef entered():\n    return 1\n\n"
    "TABLE['x'] = entered\n",
    "one/side.py": "import one.registered\n\ndef aside():\n    return 2\n",
    "one/guarded.py": "try:\n    FAST = 1\nexcept ValueError:\n    FAST = 2\n\ndef plain():\n    return 3\n\n"
    "if __name__ == '__main__':\n    plain()\n",
    "two/__init__.py": "from two.leaf import leaf\n",
    "two/leaf.py": "from . import twig\nfrom .deep.end import end as final\n\ndef leaf():\n"
    "    return twig.TWIG, final\n",
    "two/twig.py": "TWIG = 1\n",
    "two/far.py": "from basics.source import by_name\n\n@by_name('one/rows.yaml', 'id')\ndef find_row(name):\n"
    "    return open('one/rows.yaml')\n",
    "two/deep/__init__.py": "",
    "two/deep/end.py": "from ..twig import TWIG\n\ndef end():\n    return TWIG\n",
    "lazy/__init__.py": "import importlib\n\ndef __getattr__(name):\n    return importlib.import_module(name)\n",
    "lazy/bars.py": "WIDTH = 1\n\ndef draw():\n    return WIDTH\n",
    "lazy/lines.py": "def lines():\n    return 1\n",
    "one/files.py": 'def page():\n    return "templates"\n\ndef table():\n    return "table.npz"\n\n'
    "def none():\n    return 0\n",
    "one/templates/page.html": "<p>",
    "one/table.npz": "numbers",
    "one/suffixed.py": "from pathlib import Path\n\nBESIDE = Path(__file__).with_suffix('.txt')\n",
    "one/suffixed.txt": "rows",
    "one/choice.py": """from basics.source import by_name
from one import low

def first():
    return 1

def second():
    return 2

MADE = {"first": first, "second": lambda: second(), "third": low.low}
BUILT = dict(first=first, second=second)


@by_name("MADE")
def make(name):
    return MADE[name]()


@by_name("BUILT")
def build(name):
    return BUILT[name]()


def all_of_them():
    return list(MADE)
""",
    "one/sets.yaml": "mine: {reader: 'two.twig:TWIG', title: Mine}\nyours: {reader: 'one.low:low', like: mine}\n",
    "one/rows.yaml": "- {id: a-1, source: Table 1, value: 1}\n- {id: b-2, source: Table 2, value: 2}\n",
    "one/catalogues.py": """from basics.source import by_name


def sets():
    return read("sets.yaml")


def rows():
    return read("rows.yaml")


@by_name("sets.yaml")
def find_set(name):
    return sets()[name]


@by_name("rows.yaml", "id", "source")
def find_row(name):
    return rows()[name]


def mine():
    return find_set("mine")


def both(number):
    return find_row(f"{number}-1"), find_row("Table 2")


def by_place(place):
    return find_row(f"a-1/{place}")
""",
    "shadow/__init__.py": "",
}


@pytest.fixture
def lib(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def used(lib: Path, *code: str, names: Iterable[str] | None = None) -> set[str]:
    return set(digests(code, names=names, lib=lib))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy", set()),
        ("import one.low", set()),
        ("import one.low\none.low.low(1)", {"one.low:low"}),
        ("from one import low", set()),
        ("from one import low\nlow.low(1)", {"one.low:low"}),
        ("from one.low import low as lower\nlower(1)", {"one.low:low"}),
        ("from one.low import Base", set()),
        ("from one.low import Base\nprint(Base)", {"one.low:Base", "one.low:LIMIT"}),
        ("from one.low import unused\nunused()", {"one.low:unused", "one.low:OTHER"}),
        ("def f():\n    from one import low\n    return low.LIMIT", {"one.low:LIMIT"}),
        ("import one\none.__version__", {"one:__version__"}),
        (
            "from one.middle import Middle\nMiddle()",
            {"one.middle:Middle", "one.middle:RATE", "one.low:Base", "one.low:LIMIT"},
        ),
        ("from one.middle import decorated\ndecorated()", {"one.middle:decorated", "one.middle:marked"}),
        ("from one.middle import KEPT\nKEPT", {"one.middle:KEPT", "one.middle:CACHE"}),
        (
            "from one.middle import inner\ninner()",
            {"one.middle:inner", "one.low:unused", "one.low:OTHER"},
        ),
        ("from one.middle import one_of_it\none_of_it()", {"one.middle:one_of_it", "one.low:low"}),
        (
            "from one.middle import whole\nwhole()",
            {
                "one.middle:whole",
                *(f"one.low:{name}" for name in ("LIMIT", "OTHER", "Base", "low", "unused")),
            },
        ),
        ("from one.middle import low\nlow(1)", {"one.low:low"}),
        (
            "from one.registered import kept\nkept()",
            {"one.registered:", "one.registered:TABLE", "one.registered:kept", "one.registered:entered"},
        ),
        (
            "from one.side import aside\naside()",
            {"one.side:aside", "one.registered:", "one.registered:TABLE", "one.registered:entered"},
        ),
        ("from one.guarded import plain\nplain()", {"one.guarded:", "one.guarded:FAST", "one.guarded:plain"}),
        ("from two import leaf\nleaf()", {"two.leaf:leaf", "two.twig:TWIG", "two.deep.end:end"}),
        ("import two.deep.end as end\nend.end()", {"two.deep.end:end", "two.twig:TWIG"}),
        ("import lazy\nlazy.draw()", {"lazy:__getattr__", "lazy.bars:draw", "lazy.bars:WIDTH"}),
        (
            "import lazy\nlazy.nowhere",
            {"lazy:__getattr__", "lazy.bars:draw", "lazy.bars:WIDTH", "lazy.lines:lines"},
        ),
        (
            "import lazy\ndir(lazy)",
            {"lazy:__getattr__", "lazy.bars:draw", "lazy.bars:WIDTH", "lazy.lines:lines"},
        ),
        ("from one.files import none\nnone()", {"one.files:none"}),
        ("from one.files import page\npage()", {"one.files:page", "one/templates/page.html"}),
        ("from one.files import table\ntable()", {"one.files:table", "one/table.npz"}),
        ("one.suffixed:BESIDE", {"one.suffixed:BESIDE", "one/suffixed.txt"}),
        ("path = 'one/table.npz'", {"one/table.npz"}),
        ("two.far:find_row", {"two.far:find_row", "one/rows.yaml[]"}),
        ("%matplotlib inline\nfrom one.low import low\n!ls\nlow(1)", {"one.low:low"}),
        ('grid = "two.twig:TWIG"', {"two.twig:TWIG"}),
        ('grid = "two.twig"', {"two.twig:TWIG"}),
        ('text = "see two.twig:TWIG"', set()),
        ("one.low:low", {"one.low:low"}),
        ("this is no Python", set()),
        ("one.low.low(1) is no Python", {"one.low:low"}),
        ("low?", set()),
    ],
)
def test_finds_what_code_uses(lib: Path, code: str, expected: set[str]) -> None:
    assert used(lib, code) == expected


def test_a_star_import_is_the_whole_module(lib: Path) -> None:
    (lib / "one" / "star.py").write_text("from two.twig import *\n\ndef f():\n    return TWIG\n")
    assert "two.twig:TWIG" in used(lib, "from one.star import f\nf()")


def test_cells_see_each_others_imports(lib: Path) -> None:
    assert used(lib, "from one import low", "low.low(1)") == {"one.low:low"}
    assert used(lib, "from one import low", "low.low is no Python") == {"one.low:low"}


def test_what_is_no_package_is_not_followed(lib: Path) -> None:
    (lib / "stray.py").write_text("X = 1\n")
    (lib / "folder").mkdir()
    (lib / "folder" / "module.py").write_text("X = 1\n")
    assert used(lib, "import stray, folder.module\nstray.X, folder.module.X") == set()


@pytest.mark.parametrize(
    ("content", "same"),
    [
        (FILES["one/low.py"].replace("A base.", "Another.").replace("Low.", "Lower."), True),
        (FILES["one/low.py"].replace("    size = LIMIT", "    # a comment\n    size   =   LIMIT"), True),
        (FILES["one/low.py"].replace("OTHER = 2", "OTHER = 3"), True),
        (FILES["one/low.py"] + "\n\ndef more():\n    return 1\n", True),
        (FILES["one/low.py"].replace("LIMIT = 1", 'LIMIT = 1\n"""What it limits."""'), True),
        (FILES["one/low.py"].replace("LIMIT = 1", "LIMIT = 3"), False),
        (FILES["one/low.py"].replace("size = LIMIT", "size = 2 * LIMIT"), False),
        (FILES["one/low.py"] + "\nLIMIT += 1\n", False),
        (FILES["one/low.py"] + "\nBase.size = 3\n", False),
        (FILES["one/low.py"] + "\nprint('imported')\n", False),
        (FILES["one/low.py"] + "\n\nclass Base:\n    size = 1\n", False),
    ],
)
def test_counts_what_is_used_and_not_text(lib: Path, content: str, same: bool) -> None:
    code = "from one.middle import Middle\nMiddle()"
    before = digests([code], lib=lib)
    (lib / "one" / "low.py").write_text(content)
    assert (digests([code], lib=lib) == before) is same


@pytest.mark.parametrize("name", ["one/.#low.py", "one/__pycache__/low.cpython-311.pyc.140613850648416", "one/low.y~"])
def test_files_that_vanish_while_they_are_listed_count_for_nothing(lib: Path, name: str) -> None:
    code = "from one.middle import Middle\nMiddle()"
    before = digests([code], lib=lib)
    (lib / name).parent.mkdir(exist_ok=True)
    (lib / name).symlink_to("what has just been removed")
    assert digests([code], lib=lib) == before


def test_what_python_keeps_beside_modules_has_nothing_read_again(lib: Path) -> None:
    before = source._tree(lib)
    (lib / "one" / "__pycache__").mkdir()
    (lib / "one" / "__pycache__" / "low.cpython-311.pyc.140613850648416").touch()
    assert source._tree(lib) is before


def test_a_string_that_is_no_docstring_counts(lib: Path) -> None:
    (lib / "one" / "low.py").write_text('def low():\n    """F."""\n    return "kept"\n')
    before = digests(["one.low:low"], lib=lib)
    (lib / "one" / "low.py").write_text('def low():\n    """G."""\n    return "other"\n')
    assert digests(["one.low:low"], lib=lib) != before


MADE = {"one.choice:make", "one.choice:MADE[]"}
SETS = {"one.catalogues:find_set", "one.catalogues:sets"}
ROWS = {"one.catalogues:find_row", "one.catalogues:rows"}


@pytest.mark.parametrize(
    ("code", "names", "expected"),
    [
        ("one.choice:make", (), MADE),
        ("one.choice:make", ("first",), {*MADE, "one.choice:MADE[first]", "one.choice:first"}),
        ("one.choice:make", ("second",), {*MADE, "one.choice:MADE[second]", "one.choice:second"}),
        ("one.choice:make", ("third",), {*MADE, "one.choice:MADE[third]", "one.low:low"}),
        (
            "from one.choice import make\nmake('first')",
            None,
            {*MADE, "one.choice:MADE[first]", "one.choice:first"},
        ),
        (
            "from one.choice import make, all_of_them\nmake('first'), all_of_them()",
            None,
            {
                *MADE,
                *(f"one.choice:{name}" for name in ("MADE", "all_of_them", "first", "second")),
                *(f"one.choice:MADE[{name}]" for name in ("first", "second", "third")),
                "one.low:low",
            },
        ),
        (
            "one.choice:build",
            None,
            {f"one.choice:{name}" for name in ("build", "BUILT", "BUILT[]", "first", "second")},
        ),
        (
            "one.catalogues:find_set",
            ("mine",),
            {"one/sets.yaml[]", "one/sets.yaml[mine]", "two.twig:TWIG", *SETS},
        ),
        (
            "grid = ['one.catalogues:find_set', 'yours']",  # which says that it is like mine
            None,
            {
                "one/sets.yaml[]",
                "one/sets.yaml[mine]",
                "one/sets.yaml[yours]",
                "two.twig:TWIG",
                "one.low:low",
                *SETS,
            },
        ),
        (
            "one.catalogues:mine",
            None,
            {"one/sets.yaml[]", "one/sets.yaml[mine]", "two.twig:TWIG", "one.catalogues:mine", *SETS},
        ),
        (
            "one.catalogues:sets",
            None,
            {"one/sets.yaml", "one.catalogues:sets", "two.twig:TWIG", "one.low:low"},
        ),
        (
            "one.catalogues:both",
            None,
            {"one/rows.yaml[]", "one/rows.yaml[a-1]", "one/rows.yaml[b-2]", "one.catalogues:both", *ROWS},
        ),
        (
            "one.catalogues:by_place",
            None,
            {"one/rows.yaml[]", "one/rows.yaml[a-1]", "one.catalogues:by_place", *ROWS},
        ),
    ],
)
def test_tables_count_by_entry(lib: Path, code: str, names: tuple[str, ...] | None, expected: set[str]) -> None:
    assert used(lib, code, names=names) - {"basics.source:by_name"} == expected


def test_a_new_row_counts_for_nobody_else(lib: Path) -> None:
    before = digests(["one.catalogues:by_place"], lib=lib)
    rows = lib / "one" / "rows.yaml"
    rows.write_text("# a comment\n" + FILES["one/rows.yaml"] + "- {id: c-3, source: Table 3, value: 3}\n")
    assert digests(["one.catalogues:by_place"], lib=lib) == before
    rows.write_text(FILES["one/rows.yaml"].replace("value: 1", "value: 9"))
    assert digests(["one.catalogues:by_place"], lib=lib) != before


def test_the_order_of_rows_counts(lib: Path) -> None:
    before = digests(["one.catalogues:both"], lib=lib)
    rows = FILES["one/rows.yaml"].splitlines()
    (lib / "one" / "rows.yaml").write_text("\n".join(reversed(rows)))
    assert digests(["one.catalogues:both"], lib=lib) != before


def test_reads_the_running_packages() -> None:
    found = digests(["workbook.runner.graph:discover"])
    assert {"workbook.runner.graph:Notebook", "basics.files:read_json"} <= set(found)
    assert (lib_root() / "workbook" / "runner" / "graph.py").is_file()


def test_every_python_gives_the_same_digest(tmp_path: Path) -> None:
    code = """def f(x: int, *rest, key=None) -> str:
    return f"{x!r:>{key}} {{}}" "and" + str([y for y in rest if y] or None)


class C(dict):
    a: int
    b = lambda self: ...
"""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "__init__.py").write_text("")
    (tmp_path / "one" / "m.py").write_text(code)
    found = digests(["one.m:f", "one.m:C"], lib=tmp_path)  # as Python 3.11, 3.12 and 3.13 give them
    assert (found["one.m:f"], found["one.m:C"]) == ("6652e8b16e04a1c8ae01", "a5c2b157ede95b304651")
