"""Options shared by all tests."""

import pytest

WORLDS = 200
WORLDS_SLOW = 5_000
SPOILT_FILES = 160
SPOILT_FILES_SLOW = 2_400


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the long proofs too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: a long proof, run with --slow only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="a long proof: make test-slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def number_of_worlds(request: pytest.FixtureRequest) -> int:
    """How many random worlds a proof goes through."""
    return WORLDS_SLOW if request.config.getoption("--slow") else WORLDS


@pytest.fixture(scope="session")
def number_of_spoilt_files(request: pytest.FixtureRequest) -> int:
    """How many spoilt files the ingest must cope with."""
    return SPOILT_FILES_SLOW if request.config.getoption("--slow") else SPOILT_FILES
