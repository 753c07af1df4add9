"""UCF101 and HMDB51: their split files, and clips of real video files."""

import shutil
from pathlib import Path
from zlib import crc32

import av
import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.datasets.registry import load
from hashcenters.training.config import Recipe, TrainingConfig
from hashcenters.training.run import run
from shelf.papers.actions import read_hmdb51, read_ucf101


def encode(path: Path, frames: int = 32) -> None:
    """A small video of noise that its name chooses, growing brighter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(crc32(path.name.encode())).integers(0, 200, (32, 32, 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for number in range(frames):
            for packet in stream.encode(av.VideoFrame.from_ndarray(noise + np.uint8(number), format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


@pytest.fixture
def ucf(data_folder: Path) -> Path:
    lists = data_folder / "ucf101/ucfTrainTestlist"
    lists.mkdir(parents=True)
    (lists / "classInd.txt").write_text("1 Archery\n2 Zumba\n")
    train = [f"{name}/v_{name}_g0{i}_c01.avi {label}" for label, name in ((2, "Zumba"), (1, "Archery")) for i in (1, 2)]
    (lists / "trainlist01.txt").write_text("\r\n".join(train) + "\r\n")
    (lists / "testlist01.txt").write_text("Archery/v_Archery_g09_c01.avi\nZumba/v_Zumba_g09_c01.avi\n")
    return data_folder / "ucf101"


def test_ucf101(ucf: Path) -> None:
    for group in ("01", "02", "09"):
        for name in ("Archery", "Zumba"):
            encode(ucf / f"UCF-101/{name}/v_{name}_g{group}_c01.avi")
    data = load("ucf101", size=8, validation=0)
    assert data.class_names == ["Archery", "Zumba"]
    assert data.train.labels.tolist() == [1, 1, 0, 0]
    assert data.query.labels.tolist() == [0, 1]
    assert data.top_k == 100
    assert data.query.inputs.batch(np.arange(2)).shape == (2, 3, 16, 8, 8)
    encode(ucf / "UCF-101/Zumba/v_Zumba_g09_c01.avi", frames=9)
    with pytest.raises(InputError, match=r"1 unreadable files: .*v_Zumba_g09_c01.avi \(a clip needs 16 frames, got 9"):
        load("ucf101").query.inputs.batch(np.arange(2))
    assert len(load("ucf101", corrupt="skip", size=8).query) == 1
    assert load("ucf101", short="repeat", size=8).query.inputs.batch(np.arange(2)).shape == (2, 3, 16, 8, 8)


def test_a_query_under_another_name_is_left_out_of_the_database(ucf: Path) -> None:
    for group in ("01", "02", "09"):
        for name in ("Archery", "Zumba"):
            encode(ucf / f"UCF-101/{name}/v_{name}_g{group}_c01.avi")
    before = load("ucf101", size=8, validation=0)
    shutil.copy(ucf / "UCF-101/Zumba/v_Zumba_g09_c01.avi", ucf / "UCF-101/Archery/v_Archery_g02_c01.avi")
    data = load("ucf101", size=8, validation=0)
    assert "left out" not in before.protocol
    assert data.protocol.endswith("; 1 copies left out")
    assert data.query.ids.tolist() == before.query.ids.tolist()
    assert set(before.train.ids) - set(data.train.ids) == {"Archery/v_Archery_g02_c01.avi"}
    assert data.database.ids.tolist() == data.train.ids.tolist()


def test_a_network_learns_from_video_files(ucf: Path, tmp_path: Path) -> None:
    for group in ("01", "02", "09"):
        for name in ("Archery", "Zumba"):
            encode(ucf / f"UCF-101/{name}/v_{name}_g{group}_c01.avi", frames=20)
    config = TrainingConfig(
        dataset="ucf101",
        dataset_options={"size": 16, "validation": 0.5},
        backbone="mfnet-narrow",
        head="csq",
        bits=8,
        objective="central",
        centers=((1,) * 8, (-1,) * 8),
        recipe=Recipe(epochs=1, batch_size=2, optimiser="sgd"),
        seed=0,
    )
    done = run(config, tmp_path / "runs")
    assert done.codes("query").shape == (2, 8)
    assert done.history()["loss"].notna().all()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("classInd.txt", "1 Archery\n3 Zumba\n", "number its 2 classes from 1 on without gaps"),
        ("classInd.txt", "0 Archery\n", "classInd.txt row 1: class index must be 1 or more, got 0"),
        ("trainlist01.txt", "Archery/a.avi 2\n", "row 1: class 2 does not fit the folder 'Archery'"),
        ("trainlist01.txt", "Archery/a.avi 7\n", "row 1: class index must be 1 to 2, got 7"),
        ("testlist01.txt", "Yoga/a.avi\n", "testlist01.txt row 1: unknown class 'Yoga'"),
        ("testlist01.txt", "Archery/../../a.avi\n", "row 1: path must stay inside the root"),
    ],
)
def test_bad_ucf_lists(ucf: Path, file: str, text: str, message: str) -> None:
    (ucf / "ucfTrainTestlist" / file).write_text(text)
    with pytest.raises(InputError, match=message):
        read_ucf101(ucf / "ucfTrainTestlist", 1)


@pytest.fixture
def hmdb(data_folder: Path) -> Path:
    """Videos flagged 1 (train), 2 (test) and 0 (unused)."""
    lists = data_folder / "hmdb51/testTrainMulti_7030_splits"
    lists.mkdir(parents=True)
    for name in ("wave", "clap"):
        rows = [f"{name} one.avi 1 ", f"{name}_two.avi 2 ", f"{name}_three.avi 0 ", f"{name}_four.avi 1 "]
        (lists / f"{name}_test_split1.txt").write_text("\n".join(rows) + "\n")
    return data_folder / "hmdb51"


def test_hmdb51_flags(hmdb: Path) -> None:
    parts, names = read_hmdb51(hmdb / "testTrainMulti_7030_splits", 1)
    assert names == ["clap", "wave"]
    assert parts["train"].paths == (
        "clap/clap one.avi",
        "clap/clap_four.avi",
        "wave/wave one.avi",
        "wave/wave_four.avi",
    )
    assert parts["train"].labels.tolist() == [0, 0, 1, 1]
    assert parts["query"].paths == ("clap/clap_two.avi", "wave/wave_two.avi")
    assert parts["query"].labels.tolist() == [0, 1]


def test_hmdb51_official_and_list_files_agree(hmdb: Path, data_folder: Path) -> None:
    for name in ("wave", "clap"):
        for video in (" one", "_two", "_four"):
            encode(hmdb / f"videos/{name}/{name}{video}.avi", frames=20)
    official = load("hmdb51", size=8, validation=0.5)
    assert official.top_k == 70
    assert len(official.train) == len(official.validation) == 2
    lists = data_folder / "csq-official/video/dataset/HMDB51/raw/list_cvt"
    lists.mkdir(parents=True)
    for part, file in (("database", "train"), ("query", "test")):
        split = getattr(official, part)
        rows = [f"{i}\t{label}\t{path}" for i, (path, label) in enumerate(zip(split.ids, split.labels, strict=True))]
        (lists / f"hmdb51_split1_{file}.txt").write_text("\n".join(rows) + "\n")
    listed = load("hmdb51", protocol="hmdb51-1-lists", num_classes=2, size=8, validation=0.5)
    for part in ("train", "query", "database"):
        assert getattr(listed, part).ids.tolist() == getattr(official, part).ids.tolist()
        assert getattr(listed, part).labels.tolist() == getattr(official, part).labels.tolist()
    assert listed.fingerprint != official.fingerprint
    with pytest.raises(InputError, match="holds split 1 only, got split 2"):
        load("hmdb51", protocol="hmdb51-1-lists", split=2)


def test_ucf101_list_files_agree_with_the_official_ones(ucf: Path, data_folder: Path) -> None:
    for group in ("01", "02", "09"):
        for name in ("Archery", "Zumba"):
            encode(ucf / f"UCF-101/{name}/v_{name}_g{group}_c01.avi")
    official = load("ucf101", size=8, validation=0)
    lists = data_folder / "csq-official/video/dataset/UCF101/raw/list_cvt"
    lists.mkdir(parents=True)
    for part, file in (("database", "train"), ("query", "test")):
        split = getattr(official, part)
        rows = [f"{i}\t{label}\t{path}" for i, (path, label) in enumerate(zip(split.ids, split.labels, strict=True))]
        (lists / f"{file}list01.txt").write_text("\n".join(rows) + "\n")
    listed = load("ucf101", protocol="ucf101-1-lists", num_classes=2, size=8, validation=0)
    for part in ("train", "query", "database"):
        assert getattr(listed, part).ids.tolist() == getattr(official, part).ids.tolist()
        assert getattr(listed, part).labels.tolist() == getattr(official, part).labels.tolist()
    with pytest.raises(InputError, match="holds split 1 only, got split 2"):
        load("ucf101", protocol="ucf101-1-lists", split=2)


def test_bad_hmdb_files(hmdb: Path) -> None:
    lists = hmdb / "testTrainMulti_7030_splits"
    with pytest.raises(InputError, match=r"must hold the split files CLASS_test_split2.txt, got none"):
        read_hmdb51(lists, 2)
    (lists / "clap_test_split1.txt").write_text("a.avi 1\nb.avi 3\n")
    with pytest.raises(InputError, match=r"clap_test_split1.txt row 2: expected a video and a flag 0, 1 or 2, got"):
        read_hmdb51(lists, 1)
