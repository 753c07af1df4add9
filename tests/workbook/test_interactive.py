"""Live or batch is told apart by the kernel's surroundings; in batch the default is drawn once."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from basics.errors import InputError
from workbook import interactive as live
from workbook import style


def _surroundings(monkeypatch: pytest.MonkeyPatch, *, kernel: bool, session: str, batch: str) -> None:
    shell = SimpleNamespace(kernel=object()) if kernel else None
    monkeypatch.setattr(live, "get_ipython", lambda: shell)
    for name, value in {"JPY_SESSION_NAME": session, "VSCODE_PID": "", live.BATCH: batch}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("kernel", "session", "batch", "expected"),
    [
        (True, "notebooks/01.ipynb", "", True),
        (True, "", "", False),
        (False, "notebooks/01.ipynb", "", False),
        (True, "notebooks/01.ipynb", "1", False),
    ],
)
def test_somebody_is_there_only_in_a_named_kernel_outside_batch(monkeypatch, kernel, session, batch, expected):
    _surroundings(monkeypatch, kernel=kernel, session=session, batch=batch)
    assert live.is_live() is expected


def _collect(monkeypatch: pytest.MonkeyPatch) -> list:
    shown = []
    monkeypatch.setattr(live, "display", lambda thing, **options: shown.append(thing))
    return shown


def test_in_batch_the_default_is_drawn_once(monkeypatch):
    shown = _collect(monkeypatch)
    _surroundings(monkeypatch, kernel=False, session="", batch="")
    live.sliders(lambda bits, method="b": f"{bits} {method}", bits=[16, 32], method=["a", "b"])
    assert shown == ["16 b"]


def test_a_figure_becomes_one_picture(monkeypatch):
    shown = _collect(monkeypatch)
    live.sliders(lambda bits: style.figure()[0], bits=range(2, 9))
    assert [set(bundle) for bundle in shown] == [{"image/png", "text/plain"}]


def test_live_there_is_one_control_a_choice_and_moving_it_draws_again(monkeypatch):
    shown, drawn = _collect(monkeypatch), []
    _surroundings(monkeypatch, kernel=True, session="x.ipynb", batch="")
    live.sliders(lambda bits=32, method="b": drawn.append((bits, method)), bits=[16, 32], method=["a", "b"])
    (box,) = shown
    bits, method = box.children[0].children
    assert (type(bits).__name__, type(method).__name__) == ("SelectionSlider", "Dropdown")
    bits.value = 16
    method.value = "a"
    assert drawn == [(32, "b"), (16, "b"), (16, "a")]


def test_many_numbers_have_a_wide_slider_with_a_number_to_type_and_a_random_button(monkeypatch):
    shown, drawn = _collect(monkeypatch), []
    _surroundings(monkeypatch, kernel=True, session="x.ipynb", batch="")
    live.sliders(lambda query=0: drawn.append(query), drawn="query", query=range(1000))
    slider, button = shown[0].children[0].children
    assert (type(slider).__name__, slider.max, slider.readout) == ("IntSlider", 999, True)
    monkeypatch.setattr(live.random, "choice", lambda values: values[123])
    button.click()
    assert drawn == [0, 123]


def test_in_batch_a_file_is_not_waited_for(monkeypatch):
    shown = _collect(monkeypatch)
    _surroundings(monkeypatch, kernel=False, session="", batch="")
    live.upload(lambda content=None, bits=16: f"{content} {bits}", accept=".png", bits=[16, 32])
    assert shown == ["None 16"]


def test_live_the_content_of_a_chosen_file_is_handed_over_and_refusals_are_shown(monkeypatch):
    shown, seen = _collect(monkeypatch), []
    _surroundings(monkeypatch, kernel=True, session="x.ipynb", batch="")

    def search(content, bits=16):
        seen.append((content, bits))
        if content == b"bad":
            raise InputError("expected a picture")

    live.upload(search, accept=".png", bits=[16, 32])
    bits, picker = shown[0].children[0].children
    assert picker.accept == ".png"
    for content in (b"good", b"bad"):
        about = {"name": "a.png", "type": "image/png", "size": 4, "last_modified": datetime.now(UTC)}
        picker.value = ({**about, "content": content},)
    bits.value = 32
    assert seen == [(None, 16), (b"good", 16), (b"bad", 16), (b"bad", 32)]
    assert shown[1:] == ["expected a picture"] * 2


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"bits": []}, "need values for parameters"),
        ({"colour": [1]}, "need values for parameters"),
        ({"bits": [16, 64]}, "bits must start at one of"),
    ],
)
def test_choices_must_fit_the_function(choices, message):
    with pytest.raises(InputError, match=message):
        live.sliders(lambda bits=32: None, **choices)
