"""Command line: ``python -m orchestration run`` and its companions."""

import os
import sys
import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

import click
from rich.console import Console

from customer_status.environment.errors import UserError
from customer_status.environment.permissions import keep_private
from customer_status.environment.text import shown

F = TypeVar("F", bound=Callable[..., object])


@click.group(help="Runs the customer status warehouse.")
def main() -> None:
    keep_private()


def complain(error: Exception) -> NoReturn:
    """Say what is wrong, each cause on a line of its own, and end with exit code 1."""
    for line in str(error).splitlines():
        complain_of(f"error: {line}")
    sys.exit(1)


def complain_of(line: str) -> None:
    click.echo(shown(line), err=True)


def option(name: str, help_text: str, *, variable: str = "") -> Callable[[F], F]:
    variable = variable or f"STATUS_{name.upper().replace('-', '_')}"
    return click.option(f"--{name}", envvar=variable, default="", help=help_text)


@main.command(help="Land, check, build and publish.")
@option("data", "Sample data: simulated or complete_journey.")
@option("landing", "Folder of your own files.")
@option("warehouse", "Folder of the warehouse.")
@option("config", "Folder of seeds that replace the shipped ones.")
@option("as-of", "Day that the statuses speak about, YYYY-MM-DD.")
@option("target", "Engine: duckdb.")
def run(**given: str) -> None:
    from orchestration.garbage import look_seldom
    from orchestration.headless import alerts_about_failure
    from orchestration.headless import run as run_once
    from orchestration.options import options_from
    from orchestration.summary import print_summary

    look_seldom()
    console = Console(highlight=False, markup=False, emoji=False)
    started = time.monotonic()
    try:
        os.environ.update({f"STATUS_{name.upper()}": text for name, text in given.items()})
        with alerts_about_failure(say=complain_of):
            options = options_from()
            was_needed = run_once(options, say=lambda line: click.echo(shown(line)))
    except UserError as error:
        complain(error)
    print_summary(options, console)
    seconds = time.monotonic() - started
    ending = "Done" if was_needed else "Nothing new: the release is current"
    console.print(f"{ending} ({seconds:.0f} s).")


@main.command(help="Ask the current release; without a question, list its tables.")
@option("sql", "The question; several statements are asked in turn.")
@option("file", "File with the question; - is the standard input.", variable="STATUS_SQL_FILE")
@option("format", "How to print the answer: table, csv or json.")
def query(sql: str, file: str, format: str) -> None:
    from orchestration.options import options_from
    from orchestration.query import answer, question

    try:
        answer(options_from().world.current / "mart.duckdb", question(sql, file), format)
        sys.stdout.flush()
    except UserError as error:
        complain(error)
    except BrokenPipeError:  # the reader has seen enough, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@main.command(help="Open Dagster: lineage, runs, schedule, landing sensor.")
@click.option("--port", envvar="STATUS_PORT", default="", help="Port, 3000 unless given.")
def ui(port: str) -> None:
    from orchestration.options import options_from, port_from
    from orchestration.sample_data import ensure_sample_data

    try:
        options = options_from()
        number = port_from(port)
        ensure_sample_data(options)

        from orchestration.headless import end_dead_runs_if_free, prepare_dagster
        from orchestration.ui.services import listen, serve

        with listen(number) as listening:
            prepare_dagster(options)
            end_dead_runs_if_free(options.world, say=click.echo)
            serve(listening, say=click.echo)
    except UserError as error:
        complain(error)


if __name__ == "__main__":
    main()
