"""One clone with one release of a small simulated retailer, for all pages."""

import shutil

import pytest

from tests.commands.project import CUSTOMERS, Project, clone

# What a reader brings along: files and a question of their own.
# What is special in SQL, to a shell and to formatters.
ODD_FOLDER = 'it\'s our {shop} $HOME = "q" 100%'
HOSTILE_NAME = "\x1b[31m<img src=x>[red]\u202e\nerror: "
SIMULATE = (
    f".venv/bin/python -m sample_data.simulator --out landing/simulated --customers {CUSTOMERS}"
)
RUN_LOG = "first-run.log"
OWN_ORDER = """order_id,ordered_at,order_status,currency,gross_amount
own-1,2026-10-01T10:00:00Z,paid,EUR,10.00
"""
OWN_QUESTION = "select count(*) as customers from mart_customer_status;\n"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone after the README's first command, with the files that the pages call the reader's."""
    project = clone(tmp_path_factory.mktemp("documentation") / ODD_FOLDER)
    folder = project.folder
    project.shell(SIMULATE)
    hostile = folder / "landing" / "simulated" / "orders" / HOSTILE_NAME
    hostile.mkdir()
    (hostile / "own.csv").write_text(OWN_ORDER, encoding="utf-8")
    done = project.shell("make run")
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / RUN_LOG).write_text(done.stdout + done.stderr, encoding="utf-8")
    shutil.copytree(folder / "landing" / "simulated", folder / "landing" / "mine")
    (folder / "warehouse-mine").mkdir()
    (folder / "warehouse-mine" / "current").symlink_to(project.release.parent.resolve())
    (folder / "report.sql").write_text(OWN_QUESTION, encoding="utf-8")
    return project
