"""Notebook 04, killed amid its trainings and run again, beside the same notebook run straight through."""

import subprocess
import time


def test_a_kill_amid_the_trainings_changes_nothing(smoke_run, tmp_path):
    results, only = tmp_path / "killed" / "smoke", ("--only", "04")

    def finished() -> dict[str, int]:
        """Of the trainings whose notes are sealed, the last that is written; a kernel ends the one it is at."""
        notes = [file for file in results.glob("runs/*/config.json") if "sha256" in file.read_text()]
        return {file.parent.name: file.stat().st_mtime_ns for file in notes}

    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(**smoke_run(results.parent, *only), stdout=log, stderr=log)
        while len(finished()) < 4:
            assert process.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.02)
        process.kill()
        process.wait()
    before = finished()
    assert not list((results / "tables").glob("04-multi-label*")), "it was killed too late to tell anything"
    for folder in (results.parent, tmp_path / "straight"):
        ended = subprocess.run(**smoke_run(folder, *only), capture_output=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    after = finished()
    assert len(after) > len(before)
    assert {name: after[name] for name in before} == before
    tables = sorted((tmp_path / "straight" / "smoke" / "tables").glob("04-*.csv"))
    assert tables
    for table in tables:
        assert (results / "tables" / table.name).read_bytes() == table.read_bytes()
