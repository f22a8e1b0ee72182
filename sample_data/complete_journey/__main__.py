"""Command line: ``python -m sample_data.complete_journey --out <landing folder>``."""

import sys
from pathlib import Path

import click

from customer_status.environment.errors import UserError
from sample_data.complete_journey.conversion import convert


@click.command(help="Write the Complete Journey supermarket data as landing files.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Landing folder; the files go to <feed>/complete_journey.parquet inside it.",
)
def main(out: Path) -> None:
    try:
        summary = convert(out)
    except UserError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(
        f"{out}: {summary.orders:,} orders of {summary.customers:,} customers, "
        f"{summary.crm_touches:,} CRM touches, {summary.contacts:,} contacts."
    )


if __name__ == "__main__":
    main()
