"""What the trainings of a notebook share, and where their backbones come from."""

import pytest
from made_up import make_setting

from basics.errors import InputError
from chapters.shared import setting
from chapters.shared.setting import classifier, pretraining
from hashcenters.datasets.splits import ArrayInputs, HashingData, Split

OPTIONS = {"train_per_class": 2, "noise": 0.1}


def test_pre_training_reads_its_own_data() -> None:
    same = classifier(make_setting(dataset_options=OPTIONS))
    assert (same.dataset, same.dataset_options) == ("digits100", OPTIONS)
    assert classifier(make_setting(dataset_options=OPTIONS, pretrain_dataset="digits100")) == same
    own = make_setting(pretrain_dataset="digits100", pretrain_options={"train_per_class": 4})
    assert classifier(own).dataset_options == {"train_per_class": 4}


@pytest.mark.parametrize("options", [{}, {"train_per_class": 4}])
def test_both_parts_start_from_one_pre_training(options: dict[str, int]) -> None:
    made = make_setting(pretrain_dataset="digits100", pretrain_options=options)
    many = made.on("scenes", {"train_size": 60})
    assert (many.dataset, many.dataset_options) == ("scenes", {"train_size": 60})
    assert classifier(many) == classifier(made)


def test_without_a_set_of_its_own_each_part_is_pre_trained_on_its_data() -> None:
    many = make_setting().on("scenes", {"train_size": 60})
    assert classifier(many).dataset == "scenes"
    assert [point.config.dataset for point in pretraining(make_setting(), many)] == ["digits100", "scenes"]
    assert pretraining(make_setting(weights="none")) == []


def test_refuses_data_without_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make_setting().data()
    rows = whole.validation.labels[:0]
    empty = Split(ArrayInputs(whole.train.inputs.batch(rows)), rows, whole.validation.ids[:0])
    stripped = HashingData(**{**vars(whole), "validation": empty})
    monkeypatch.setattr(setting, "load_data", lambda name, options: stripped)
    for load in (make_setting().data, lambda: classifier(make_setting())):
        with pytest.raises(InputError, match="need a validation split of digits100, got none; set validation above 0"):
            load()
