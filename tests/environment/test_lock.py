"""One writer per warehouse, and a dead one holds nobody up."""

import fcntl
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import PROJECT_DIR
from customer_status.environment.lock import writing

HOLD = """
import sys
from pathlib import Path
from customer_status.environment.lock import writing

with writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_run(lock_file: Path) -> Iterator[subprocess.Popen]:
    """Another process that holds the warehouse until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock_file)],
        cwd=PROJECT_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "held\n"
        yield process


@pytest.fixture
def lock_file(tmp_path: Path) -> Path:
    return tmp_path / "warehouse" / ".lock"


def can_write(lock_file: Path) -> bool:
    try:
        with writing(lock_file):
            return True
    except UserError:
        return False


def test_a_second_writer_is_told_soon(lock_file: Path) -> None:
    with (
        another_run(lock_file),
        pytest.raises(UserError, match="another run is writing this warehouse") as error,
        writing(lock_file),
    ):
        pass
    assert str(error.value).startswith(str(lock_file.parent))
    assert "\n" not in str(error.value)


def test_a_second_writer_is_told_who_holds_the_warehouse_and_since_when(lock_file: Path) -> None:
    with another_run(lock_file) as process, pytest.raises(UserError) as error, writing(lock_file):
        pass
    words = rf"warehouse \(process {process.pid} of \S+ on \S+, since \d{{4}}-\d\d-\d\d [^)]+\)"
    assert re.search(words, str(error.value))


def test_who_looks_for_an_instant_whether_the_warehouse_is_free_keeps_nobody_out(
    lock_file: Path,
) -> None:
    lock_file.parent.mkdir()
    look = lock_file.open("a+")
    fcntl.flock(look, fcntl.LOCK_EX)
    Timer(0.3, look.close).start()
    assert can_write(lock_file)


def test_the_next_holder_signs_for_itself(lock_file: Path) -> None:
    for _ in range(2):
        with writing(lock_file):
            pass
    with another_run(lock_file) as process:
        text = lock_file.read_text(encoding="utf-8")
    assert text.startswith(f"process {process.pid} ")
    assert text.count("process") == 1


def test_who_holds_the_warehouse_holds_it_on(lock_file: Path) -> None:
    with writing(lock_file):
        assert can_write(lock_file)
        with pytest.raises(AssertionError), another_run(lock_file):
            pass


def test_a_refused_writer_does_not_free_the_warehouse(lock_file: Path) -> None:
    with another_run(lock_file):
        assert not can_write(lock_file)
        assert not can_write(lock_file)


def test_the_warehouse_is_free_after_a_run(lock_file: Path) -> None:
    with writing(lock_file):
        pass
    assert can_write(lock_file)


def test_the_warehouse_is_free_after_a_run_that_failed(lock_file: Path) -> None:
    with pytest.raises(RuntimeError), writing(lock_file):
        raise RuntimeError("a step failed")
    assert can_write(lock_file)


def test_the_warehouse_is_free_after_a_run_that_was_killed(lock_file: Path) -> None:
    with another_run(lock_file) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert can_write(lock_file)


def test_two_warehouses_are_written_side_by_side(tmp_path: Path) -> None:
    with another_run(tmp_path / "one" / ".lock"):
        assert can_write(tmp_path / "other" / ".lock")


def test_a_warehouse_that_is_a_file_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "warehouse").write_text("not a folder")
    with pytest.raises(UserError), writing(tmp_path / "warehouse" / ".lock"):
        pass
