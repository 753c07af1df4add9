"""Signs of every script are drawn where a font has them, and named in one line where none does."""

import logging
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.figure import Figure

from workbook import fonts, style


@pytest.fixture
def japanese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an installed font that has two signs, drawn as triangles."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    pen.lineTo((500, 800))
    pen.lineTo((900, 0))
    pen.closePath()
    triangle = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "sun", "tree"])
    builder.setupCharacterMap({ord("日"): "sun", ord("本"): "tree"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "sun": triangle, "tree": triangle})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "sun", "tree"), (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Two Signs", "styleName": "Regular", "psName": "TwoSigns"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(tmp_path / "two.ttf")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*font_manager.fontManager.ttflist])
    font_manager.fontManager.addfont(tmp_path / "two.ttf")
    return "Two Signs"


def labelled(text: str) -> Figure:
    drawn, axes = style.figure()
    axes.set_xticks([0], [text])
    return drawn


def test_an_installed_font_is_taken(japanese: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    drawn = labelled("röd 日本")
    paths = style.save(drawn, tmp_path / "x")
    assert drawn.axes[0].get_xticklabels()[0].get_fontfamily() == ["DejaVu Sans", japanese]
    assert not caplog.records
    assert b"TwoSigns" in paths["pdf"].read_bytes()


def test_what_no_font_has_is_named_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        style.save(labelled("\U00012000 \U00012001"), tmp_path / "x")
    assert [record.getMessage().split(",")[0] for record in caplog.records] == [
        "no installed font has the signs of '\U00012000 \U00012001'"
    ]


def test_common_signs_need_no_other_font(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    drawn = labelled("σπίτι ✓ λ₁\u200d")
    style.save(drawn, tmp_path / "x")
    assert drawn.axes[0].get_xticklabels()[0].get_fontfamily() == ["DejaVu Sans"]
    assert not caplog.records


def test_a_broken_font_file_has_no_signs(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    assert fonts.signs_of(str(tmp_path / "broken.ttf")) == frozenset()
