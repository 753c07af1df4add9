"""Notebook 06: the network's table, both forms of L_Q, the recipe on the real optimiser."""

import numpy as np
import pandas as pd
import pytest
from made_up import MadeUp, make_setting, table

from basics.errors import InputError
from chapters import n06_video as video
from chapters.shared import draws, implementation, quantization_forms
from chapters.shared.setting import csq_training, parse_options
from hashcenters.training.config import Recipe
from workbook.intervals import Spread
from workbook.results import open_results

OPTIONS = ["train_per_class=1", "validation_per_class=1", "query_per_class=1", "database_per_class=2"]
FORMS = {"mean": "L_C + L_Q", "sum": "L_C + L_Q (text)"}
IMAGES = Recipe(optimiser="adam", epochs=90, lr=1e-5, head_factor=20.0, batch_size=64)
VIDEOS = Recipe(optimiser="sgd", weight_decay=1e-4, epochs=90, lr=5e-4, head_factor=5.0, batch_size=32)


@pytest.fixture(scope="module")
def setting():
    return make_setting(dataset="clips", dataset_options=parse_options(OPTIONS), backbone="mfnet-narrow")


@pytest.fixture(scope="module")
def data(setting):
    return setting.data()


def test_the_stages_add_up_to_the_published_network():
    table = video.stage_table(video.video_network("mfnet", 3), video.PUBLISHED_CLIP)
    assert table["units"].tolist() == [1, 3, 4, 6, 3, 1]
    assert table["output"].tolist()[:2] == ["16 × 16 × 56 × 56", "96 × 8 × 56 × 56"]
    assert table["parameters"].sum() + 769 * 400 == 7_996_368
    assert table["multiply_adds"].sum() / 1e9 == pytest.approx(11.05, abs=0.01)


def test_every_network_has_its_sum(data):
    narrow = video.stage_table(video.video_network("mfnet-narrow", 1), video.clip_shape(data))
    full = video.stage_table(video.video_network("mfnet", 3), video.PUBLISHED_CLIP)
    table = video.network_table({"full": full, "narrow": narrow})
    assert table["network"].tolist() == ["full"] * 7 + ["narrow"] * 6
    sums = table[table["stage"] == "all"]
    assert sums["parameters"].tolist() == [full["parameters"].sum(), narrow["parameters"].sum()]


def test_pictures_need_another_network():
    with pytest.raises(InputError, match="videos need a multi-fiber network"):
        video.video_network("resnet-narrow", 1)


def test_the_video_recipe_is_the_document_s_on_the_real_optimiser(setting):
    options = {"lambda_pairwise": 0.0}
    facts = implementation.implementation_facts(setting, "videos", recipe=VIDEOS, options=options).set_index("setting")
    assert facts["here"].tolist() == facts["document"].tolist()
    assert facts.loc["learning rate of the convolution layers", "here"] == "5e-4"
    assert facts.loc["factor of the hash layer", "here"] == "5"
    judged = implementation.judge_implementation(facts.reset_index())
    assert judged["observed"].startswith("the released code differs in 4 of 8 settings: optimiser, learning rate")


def test_the_image_recipe_keeps_its_rows(setting):
    facts = implementation.implementation_facts(setting, "images", recipe=IMAGES, options={})
    assert (
        facts["here"].tolist()
        == facts["document"].tolist()
        == [
            "classification",
            "Adam",
            "64",
            "1e-5",
            "20",
            "3",
            "0.05 (λ1)",
            "0.2 (λ2)",
        ]
    )


def bit_losses(bits):
    return video.bit_losses({FORMS["mean"]: "squared", FORMS["sum"]: "log-cosh"}, bits=bits, weight=0.05)


@pytest.mark.parametrize(("bits", "minima"), [(16, 1), (64, 2)])
def test_the_sum_has_a_minimum_at_the_wrong_sign_for_long_codes_only(bits, minima):
    losses = bit_losses(bits)
    for name, expected in ((FORMS["mean"], 1), (FORMS["sum"], minima)):
        line = losses[losses["loss_name"] == name]
        loss = line["loss"].to_numpy()[np.abs(line["output"]) < 0.99]
        inner = (loss[1:-1] < loss[:-2]) & (loss[1:-1] < loss[2:])
        assert inner.sum() + (loss[-1] < loss[-2]) == expected


def test_the_minima_are_read_off_the_curves():
    one, two = (video.minima_reading(bit_losses(bits)) for bits in (16, 64))
    assert one == "For a center of +1 the loss of a bit has its minima at +1 (L_C + L_Q) and +1 (L_C + L_Q (text))."
    assert two.endswith("at +1 (L_C + L_Q) and -0.41 and +1 (L_C + L_Q (text)).")


def test_every_frame_of_a_clip_is_shown():
    clips = [np.full((16, 4, 4), number, np.uint8) for number in (10, 200)]
    drawn = video.clip_strips(pd.DataFrame({"name": ["0 up", "1 left"]}), clips)
    assert len(drawn.axes) == 2 * 16
    assert [drawn.axes[place].get_ylabel() for place in (0, 16)] == ["0 up", "1 left"]
    assert drawn.axes[15].get_title(loc="center") == "16"


def test_a_line_is_drawn_for_each_form():
    drawn = video.bit_loss_curves(bit_losses(64))
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == list(FORMS.values())
    assert len(drawn.axes[0].lines) == 2


def flipped(config, data, bits, size=0.8):
    """A finished training that flips the first bits of the centers."""
    signs = np.ones(64)
    signs[:bits] = -1
    made = {
        name: size * config.center_array()[getattr(data, name).labels] * signs
        for name in ("query", "database", "train", "validation")
    }
    run = MadeUp({name: np.where(values >= 0, 1, -1).astype(np.int8) for name, values in made.items()}, config)
    object.__setattr__(run, "outputs", lambda split: made[split].astype(np.float32))
    return run


def pair(setting, data, bits=64, wrong=(0, 16), seeds=1):
    configs = [csq_training(setting, 64, seed, options={}).config for seed in range(seeds)]
    labels = [{"bits": bits, "seed": seed, "loss": loss} for loss in FORMS.values() for seed in range(seeds)]
    return table(labels, [flipped(config, data, count) for count in wrong for config in configs])


def judge(runs, data):
    compared = quantization_forms.compare_forms(runs, data, forms=FORMS, bits=64)
    return quantization_forms.judge_scale(compared, runs, data, forms=FORMS, weight=0.05)


def test_wrong_bits_are_counted_against_the_own_center(setting, data):
    counted = quantization_forms.wrong_bits(pair(setting, data), data)
    assert counted["wrong bits"].tolist() == ["0.0000 (one run)", "0.2500 (one run)"]
    assert counted["|y| of wrong bits"][1] == "0.8000 (one run)"
    assert counted["validation mAP"][0] == "1.0000 (one run)"
    assert np.isnan(counted.attrs["derived"]["runs"][0]["|y| of wrong bits"])


def test_more_wrong_bits_are_a_finding(setting, data):
    judged = judge(pair(setting, data, seeds=2), data)
    assert judged["verdict"] == "finding"
    assert judged["observed"].startswith("25.0% of the bits of queries are wrong with the sum, 0.0% with the squared")
    assert f"({FORMS['sum']}) − ({FORMS['mean']}): +0.2500 [+0.2500, +0.2500]" in judged["why"]
    assert (judged["holding"], judged["length"]) == (27, 64)
    assert "one seed is no evidence" in judge(pair(setting, data), data)["why"]
    assert judge(pair(setting, data), data)["verdict"] == "inconclusive"


@pytest.mark.parametrize("wrong", [(16, 16), (16, 0)])
def test_as_many_or_fewer_wrong_bits_are_none(setting, data, wrong):
    """Retrieval is perfect in all of them: it does not decide."""
    assert judge(pair(setting, data, wrong=wrong, seeds=2), data)["verdict"] == "not-shown"


def test_other_lengths_do_not_count(setting, data):
    runs = pair(setting, data)
    others = pair(setting, data, bits=32, wrong=(40, 40))
    assert judge(pd.concat([others, runs], ignore_index=True), data) == judge(runs, data)


def test_table_one_is_complete_where_notebook_05_has_run(data):
    drawn = pd.DataFrame({"mAP": [0.8, 0.9], "converged": [True, False], "method": ["draw 0", "draw 1"]})
    drawn = drawn.assign(bits=16, seed=0)
    own = pd.DataFrame([draws.draw_row("video", drawn, data)])
    assert video.complete_table(own, profile="smoke").columns.tolist() == ["quantity", "video"]
    kinds = {"single-label": "0.9 ± 0.1 pp", "multi-label": "0.8 ± 0.1 pp"}
    rows = [
        {"data": kind, "mAP": text, "mAP_mean": 0.0, "spread": Spread(1.0, 4), "runs": []}
        for kind, text in kinds.items()
    ]
    others = draws.data_across(pd.DataFrame(rows).assign(draws=5, dataset="d", protocol="p"))
    recorded = open_results("05_center_learning", profile="smoke")
    recorded.table(others, "five-draws", caption="c", protocol={}, substitute="s")
    complete = video.complete_table(own, profile="smoke").set_index("quantity")
    assert complete.columns.tolist() == ["single-label", "multi-label", "video"]
    assert complete.loc["mAP"].tolist() == [*kinds.values(), "0.8500 ± 7.07 pp"]
    assert complete.loc["protocol", "multi-label"] == "p"


def test_the_steps_to_real_videos_name_both_sets():
    assert set(video.reader_steps()["data set"]) == {"UCF101", "HMDB51"}
