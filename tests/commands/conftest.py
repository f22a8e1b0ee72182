"""One clone of the project for all commands; most need no run."""

from pathlib import Path

import pytest

from tests.commands.project import Project, clone


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone in which nothing has been run; a folder with blanks, as people have."""
    return clone(tmp_path_factory.mktemp("commands") / "customer status")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For files beside the project."""
    return tmp_path_factory.mktemp("beside")
