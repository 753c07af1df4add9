"""Notebooks that misbehave: what becomes of each in one run, and what it leaves working."""

import json
from pathlib import Path

from benchmarks import attacks, damage
from benchmarks.attacks import Book, notebook_of

TIMEOUT = "25"
IMPORTS = "import atexit, ctypes, os, re, signal, subprocess, sys, threading, time\n"
FAILED, DONE = "failed", "done"
# code of the cell in the middle of three, and what its run is to say of the notebook
NOTEBOOKS: dict[str, tuple[str, str]] = {
    "exit": ("sys.exit()", FAILED),
    "exit_zero": ("sys.exit(0)", FAILED),
    "exit_one": ("sys.exit(1)", FAILED),
    "system_exit": ("raise SystemExit", FAILED),
    "os_exit": ("os._exit(0)", FAILED),
    "os_exit_beside": ('subprocess.Popen(["sleep", "600"]); os._exit(0)', FAILED),
    "abort": ("os.abort()", FAILED),
    "segfault": ("ctypes.string_at(0)", FAILED),
    "kill_itself": ("os.kill(os.getpid(), signal.SIGKILL)", FAILED),
    "terminate_itself": ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(5)", FAILED),
    "interrupt": ("raise KeyboardInterrupt", FAILED),
    "error": ('raise ValueError("no")', FAILED),
    "half_a_sign": (r'raise ValueError("\ud800")', FAILED),
    "long_error": ('raise ValueError("x" * 1_000_000)', FAILED),
    "syntax": ("def f(:", FAILED),
    "recursion": ("f = lambda: f()\nf()", FAILED),
    "memory": ("bytearray(2**60)", FAILED),
    "asks": ("input()", FAILED),
    "endless": ("while True: pass", FAILED),
    "endless_in_a_call": ("(2**31)**(10**9)", FAILED),
    "endless_pattern": ('re.match("(a*)*b", "a" * 40)', FAILED),
    "stopped": ("os.kill(os.getpid(), signal.SIGSTOP)", FAILED),
    "long_word": ('print("x" * 1_000_000)', DONE),
    "many_lines": ('for line in range(200_000): print("line", line)', DONE),
    "bytes": (r'os.write(1, b"\xff\x00\xfe")', DONE),
    "json": ("""os.write(1, b'{"state": "done"}')""", DONE),
    "child_left": ('subprocess.Popen(["sleep", "600"])', DONE),
    "thread": ("threading.Thread(target=time.sleep, args=(600,)).start()", DONE),
    "at_exit": ("atexit.register(time.sleep, 600)", DONE),
    "environment": ("os.environ.clear()", DONE),
    "folder": ('os.chdir("/")', DONE),
}


def misbehaving(folder: Path) -> damage.Outcome:
    """Run all of them; each counts as promised when the run says of it what it is to say."""
    outcome = damage.Outcome(
        "misbehaving notebooks", "failed or done as they ended, one line each, nothing left working"
    )
    book = Book.written(folder)
    place = folder / "notebooks"
    for path in place.iterdir():
        path.unlink()
    names = {f"{number:02}_{name}": given for number, (name, given) in enumerate(NOTEBOOKS.items(), start=1)}
    for name, (code, _) in names.items():
        (place / f"{name}.ipynb").write_text(json.dumps(notebook_of([], [IMPORTS + code, 'print("to the end")'])))
    process = book.start("--timeout", TIMEOUT)
    output, _ = process.communicate(timeout=attacks.PATIENCE * 3)
    found = {words[0]: words[1] for words in map(str.split, output.splitlines()) if len(words) > 1}
    for name, (_, promised) in names.items():
        outcome.count(found.get(name) == promised, f"{name}: {found.get(name)}")
    left = book.left()
    outcome.count(process.returncode == 1 and "Traceback" not in output, f"exit code {process.returncode}")
    outcome.count(not left, f"{len(left)} processes left")
    return outcome
