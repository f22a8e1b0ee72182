"""Options shared by all tests, and the three lanes: fast, usual and slow."""

import os
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent

WORLDS = 100
WORLDS_SLOW = 5_000
SPOILT_FILES = 100
SPOILT_FILES_SLOW = 2_400

# Folders whose tests run whole commands. They stay out of the fast lane, and they start first:
# the longest groups decide when two processes end.
WHOLE_RUNS = ("end_to_end", "erasure", "fuzz", "documentation", "ui", "upgrades")
LONG_PROOFS = ("models",)
# Of the others, fixtures and modules that the fast lane has no time for.
LONG_FIXTURES = {"number_of_worlds", "updated"}
LONG_MODULES = {
    *("test_dbt_unit_tests.py", "test_real_data_equals_oracle.py", "test_restatements.py"),
    *("test_timeline_equals_oracle.py", "test_amounts_are_exact.py", "test_status_mix_guard.py"),
    *("test_revalidation.py", "test_bring_up.py", "test_worlds.py", "test_mappings_vendors.py"),
}
# These modules share the runs of one story (tests/end_to_end/conftest.py).
STORY = ("test_story.py", "test_personal_data.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    lane = parser.getgroup("lanes")
    lane.addoption("--fast", action="store_true", help="leave out whole runs and many businesses")
    lane.addoption("--slow", action="store_true", help="run the long proofs too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: a long proof, run with --slow only")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Choose the lane, and run first what takes long."""
    if not config.getoption("--slow"):
        _skip(items, marker="slow", reason="a long proof: make test-slow")
    if config.getoption("--fast"):
        left_out = [item for item in items if _takes_long(item)]
        items[:] = [item for item in items if not _takes_long(item)]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=_rank)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Several processes share the tests by the groups of `_group`."""
    return Groups(config, log)


class Groups(LoadScopeScheduling):
    """Tests of one group run in one process, in their order, so that they share fixtures."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(Path(nodeid.split("::")[0]))


def _skip(items: list[pytest.Item], *, marker: str, reason: str) -> None:
    skip = pytest.mark.skip(reason=reason)
    for item in items:
        if marker in item.keywords:
            item.add_marker(skip)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Every test begins with a user's usual umask, whatever a command before it has set."""
    os.umask(0o022)


def _takes_long(item: pytest.Item) -> bool:
    """Whether a test runs whole commands, many random businesses, or else takes its time."""
    is_long = item.path.name in LONG_MODULES or LONG_FIXTURES & set(item.fixturenames)
    return _folder(item) in WHOLE_RUNS or bool(is_long)


def _folder(item: pytest.Item) -> str:
    """The folder below ``tests/`` that holds the test."""
    return item.path.relative_to(TESTS).parts[0]


def _rank(item: pytest.Item) -> int:
    """Groups of whole runs first, then long proofs, then the rest; else the order stays."""
    if _folder(item) in WHOLE_RUNS:
        return 0
    return 1 if _folder(item) in LONG_PROOFS else 2


def _group(module: Path) -> str:
    """Tests of one module share its fixtures, and so one process; some modules share theirs."""
    if module.parent.name == "end_to_end" and module.name in STORY:
        return "story"
    if module.parent.name == "documentation":
        return "documentation"
    return module.as_posix()


@pytest.fixture(scope="session")
def number_of_worlds(request: pytest.FixtureRequest) -> int:
    """How many random worlds a proof goes through."""
    return WORLDS_SLOW if request.config.getoption("--slow") else WORLDS


@pytest.fixture(scope="session")
def number_of_spoilt_files(request: pytest.FixtureRequest) -> int:
    """How many spoilt files the ingest must cope with."""
    return SPOILT_FILES_SLOW if request.config.getoption("--slow") else SPOILT_FILES
