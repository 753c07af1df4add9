"""What the parameters of a training notebook become."""

import pytest
from hashcenters.datasets.splits import ArrayInputs, HashingData, Split
from hashcenters.errors import InputError
from hashcenters.experiments import setting
from hashcenters.experiments.csq import multi_label_setting
from hashcenters.experiments.setting import classifier, make_setting

PARAMETERS = {
    "dataset": "digits100",
    "dataset_options": ["train_per_class=2", "noise=0.1"],
    "backbone": "alexnet-narrow",
    "weights": "pretrain",
    "epochs": 2,
    "learning_rate": 1e-3,
}


def test_pre_training_reads_its_own_data() -> None:
    same = classifier(make_setting(PARAMETERS))
    assert (same.dataset, same.dataset_options) == ("digits100", {"train_per_class": 2, "noise": 0.1})
    shared = classifier(make_setting({**PARAMETERS, "pretrain_dataset": "digits100"}))
    assert shared == same
    own = {"pretrain_dataset": "digits100", "pretrain_options": ["train_per_class=4"]}
    other = classifier(make_setting({**PARAMETERS, **own}))
    assert (other.dataset, other.dataset_options) == ("digits100", {"train_per_class": 4})


@pytest.mark.parametrize("options", [[], ["train_per_class=4"]])
def test_both_parts_start_from_one_pre_training(options: list[str]) -> None:
    many = {"multi_label_dataset": "scenes", "multi_label_options": ["train_size=60"]}
    parameters = {**PARAMETERS, **many, "pretrain_dataset": "digits100", "pretrain_options": options}
    assert classifier(multi_label_setting(parameters)) == classifier(make_setting(parameters))


def test_refuses_data_without_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make_setting(PARAMETERS).data()
    rows = whole.validation.labels[:0]
    empty = Split(ArrayInputs(whole.train.inputs.batch(rows)), rows, whole.validation.ids[:0])
    stripped = HashingData(**{**vars(whole), "validation": empty})
    monkeypatch.setattr(setting, "load_data", lambda name, options: stripped)
    for load in (make_setting(PARAMETERS).data, lambda: classifier(make_setting(PARAMETERS))):
        with pytest.raises(
            InputError, match="need a validation split of digits100, got none; set validation above 0"
        ):
            load()
