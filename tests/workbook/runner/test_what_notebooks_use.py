"""What the project's own notebooks depend on: no less than what makes their numbers, and not much more."""

import ast
import json
from collections.abc import Iterator

import pytest

from basics import paths, source
from workbook.runner.freshness import inputs_of
from workbook.runner.plan import Request, make_plan

RECORD = paths.project_root() / "results" / "embedded"


@pytest.fixture(scope="module")
def used() -> dict[str, set[str]]:
    """The units of the library that each notebook uses in the default profile, by its number."""
    plan = make_plan(Request())
    return {name[:2]: set(plan.inputs(name)["library"]) for name in plan.notebooks}


@pytest.mark.parametrize(
    ("unit", "by", "not_by"),
    [
        ("hashcenters.datasets.digits:load_digits100", "04 05 07", "00 01 02 03 09"),
        ("hashcenters.datasets.digits:base_digits", "02 03 04 05 06 07", "01 09"),
        ("hashcenters.datasets.scenes:load_scenes", "04 05", "01 02 03 07 09"),
        ("hashcenters.datasets.clips:load_clips", "06", "01 02 03 05 07 09"),
        ("shelf.papers.tiny_imagenet:load_tiny_imagenet", "08", "04 05 06 07"),
        ("shelf.papers.audit:audit_protocol", "08", "04 05 06 07"),
        ("hashcenters.codes:binarise", "04 05 06 07", "01 00 09"),
        ("hashcenters.training.run:build_network", "04 05 06 07", "01 02 03 09"),
        ("hashcenters.losses.repmet:RepMetObjective", "05", "04 06 07"),
        ("hashcenters.losses.semantic:SemanticObjective", "07", "04 05 06"),
        ("hashcenters.models.mfnet:MFNet", "06", "04 05 07"),
        ("hashcenters.metrics.ranking:average_precision", "04 05 06 07", "01 02 03 09"),
        ("hashcenters.kernels.ties:tied_average_precisions", "04 05 06 07 08", "01 09"),
        ("hashcenters.kernels.bit_flips:flip_bits", "03 07", "01 04 06"),
        ("workbook.claims:Claim", "01 02 03 04 05 06 07 08 09", ""),
        ("workbook.style:look", "01 02 03 04 05 06 07 08 09", ""),
        ("chapters.shared.center_figures:center_matrices", "01", "00 02 03 04 05 06 07 08 09"),
        ("chapters.n03_centers.figures:gap_heatmaps", "03", "00 01 02 04 05 06 07 08 09"),
        ("chapters.n04_training:lambda_heatmap", "04", "00 01 02 03 05 06 07 08 09"),
        ("chapters.n08_retrieval.figures:recall_curve", "08", "00 01 02 03 04 05 06 07 09"),
        ("workbook.verdict_figure:verdict_bars", "09", "00 01 02 03 04 05 06 07 08"),
    ],
)
def test_a_definition_counts_where_it_is_used(used, unit, by, not_by):
    found = {number for number in used if unit in used[number]}
    assert set(by.split()) <= found
    assert not set(not_by.split()) & found


@pytest.mark.parametrize(
    ("file", "whole"),
    [
        ("chapters/catalogue/claims.yaml", {"00", "09"}),
        ("chapters/catalogue/literature.yaml", {"09"}),
        ("chapters/catalogue/discrepancies.yaml", {"09"}),
        ("hashcenters/datasets/registry.yaml", set()),
        ("hashcenters/datasets/protocols.yaml", {"08"}),
    ],
)
def test_who_depends_on_all_of_a_catalogue(used, file, whole):
    assert {number for number in used if file in used[number]} == whole


def test_a_file_that_a_module_finds_by_its_own_name_counts(used):
    assert "shelf/codes/quasicyclic.yaml" in used["03"]
    assert "shelf/codes/quasicyclic.yaml" not in used["09"]


def recorded() -> Iterator[tuple[str, str]]:
    """The entries of the catalogues that the recorded verdicts of each notebook name."""
    for entry in json.loads((RECORD / "claims.json").read_text()).values():
        yield entry["notebook"][:2], f"chapters/catalogue/claims.yaml[{entry['id']}]"
        for key in entry["compare"]:
            yield entry["notebook"][:2], f"chapters/catalogue/literature.yaml[{key.partition('/')[0]}]"


def test_every_row_that_a_run_named_counts(used):
    rows = set(recorded())
    assert len(rows) > 30
    assert {(number, unit) for number, unit in rows if unit not in used[number]} == set()


@pytest.mark.parametrize(
    ("number", "setting", "reader"),
    [
        ("04", "dataset=image-folder", "hashcenters.datasets.image_folder:load_image_folder"),
        ("04", "dataset=image-folder", "hashcenters.datasets.assemble:finish"),
        ("04", "dataset=coco", "shelf.papers.coco:load_coco"),
        ("05", "dataset=nus-wide-21", "shelf.papers.nus_wide:load_nus_wide"),
        ("06", "dataset=ucf101", "shelf.papers.actions:load_ucf101"),
        ("07", "dataset=stanford-cars", "shelf.papers.stanford_cars:load_stanford_cars"),
        ("07", "dataset=stanford-cars", "hashcenters.datasets.assemble:assemble"),
    ],
)
def test_the_reader_of_a_set_counts_where_a_parameter_names_it(used, number, setting, reader):
    plan = make_plan(Request(only=number, settings=[f"{number}.{setting}"]))
    library = plan.inputs(*plan.selected)["library"]
    assert reader in library
    if number != "06":  # which says how the real video sets are got
        assert reader not in used[number] or "image" in setting


@pytest.mark.parametrize(
    ("number", "data", "files"),
    [
        ("03", {"csq-official"}, set()),
        ("06", {"csq-official"}, set()),
        ("08", {"csq-official", "shc-official"}, {"benchmarks/results"}),
    ],
)
def test_what_is_read_is_declared(number, data, files):
    plan = make_plan(Request(only=number))
    (name,) = plan.selected
    inputs = inputs_of("embedded", plan.notebooks[name], plan.parameters(name))
    assert data <= set(inputs["data"])
    assert files == set(inputs["files"])
    assert all(inputs["files"].values())


def test_nothing_registers_by_decorator_or_is_imported_by_a_made_up_name():
    """What the digests cannot see: a definition that counts although nobody names it."""
    tree, decorators, importers = source._tree(source.lib_root()), set(), set()
    for name in tree.modules:
        module = source._module(tree, name)
        nodes = [node for nodes in module.bound.values() for node in nodes]
        for mark in (mark for node in nodes for mark in getattr(node, "decorator_list", ())):
            root = ast.unparse(mark.func if isinstance(mark, ast.Call) else mark)
            first = root.partition(".")[0]
            own = any(dotted.partition(".")[0] in tree.modules for dotted in module.imports.get(first, ()))
            decorators |= {root} if own or first in module.bound else set()
        importers |= {name for node in nodes if "import_module(" in ast.unparse(node)}
    wraps = {"reader", "compiled", "PROFILE"}  # of readers that registry.yaml names, of kernels, of a command's option
    assert decorators == {"by_name", "look", "style.look", "main.command"} | wraps
    by_hand = {"hashcenters.sweep", "hashcenters.training.run"}  # what names as texts count for; all that a key covers
    by_setting = {"workbook.runner.hooks", "workbook.results"}  # the hooks, which change no number
    assert importers == {"chapters.hooks", "chapters.command"} | by_setting | by_hand
