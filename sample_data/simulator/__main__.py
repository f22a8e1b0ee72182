"""Command line of the simulator: ``python -m sample_data.simulator --out <landing>``."""

import sys
from datetime import datetime
from pathlib import Path

import click

from customer_status.environment.errors import UserError
from sample_data.simulator.pages import FORMATS
from sample_data.simulator.simulation import DEFAULT_END, DEFAULT_SEED, simulate


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Landing folder.")
@click.option("--customers", default=10_000, show_default=True, help="Simulated persons.")
@click.option("--years", default=2, show_default=True, help="Years up to --end.")
@click.option(
    "--end",
    type=click.DateTime(["%Y-%m-%d"]),
    default=DEFAULT_END.isoformat(),
    show_default=True,
    help="Last simulated day.",
)
@click.option(
    "--seed",
    default=DEFAULT_SEED,
    show_default=True,
    help="Any whole number, 0 or more.",
)
@click.option(
    "--formats",
    default=",".join(FORMATS),
    show_default=True,
    help="Formats that the monthly files take turns in; give parquet for a large simulation.",
)
def main(out: Path, customers: int, years: int, end: datetime, seed: int, formats: str) -> None:
    """Simulate a Spanish retailer: orders, web sessions, CRM touches and contacts."""
    try:
        summary = simulate(
            out,
            customers=customers,
            years=years,
            end=end.date(),
            seed=seed,
            formats=tuple(name.strip() for name in formats.split(",")),
        )
    except UserError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    for feed, rows in summary.rows.items():
        click.echo(f"{feed:<14}{rows:>12,} rows")
    click.echo(
        f"{summary.files} files from {summary.first_date} to {summary.last_date} in {out}; "
        f"{summary.rejected_rows:,} rows are damaged on purpose."
    )


if __name__ == "__main__":
    main()
