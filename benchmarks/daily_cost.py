"""Draws what a day costs against what history weighs.

``python -m benchmarks.daily_cost benchmarks/results/daily_cost.json --out daily-cost.png`` takes
points: a list of objects with ``rows`` (rows of history), ``build`` (``everything`` or ``one more
day``) and ``cpu_seconds`` of the whole run.
"""

import json
from pathlib import Path

import click

WIDTH, HEIGHT = 560, 300
COLOURS = {"everything": "#9aa5b1", "one more day": "#0b6e4f"}


@click.command()
@click.argument("points", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), required=True)
def main(*, points: Path, out: Path) -> None:
    """Draw the points on logarithmic axes."""
    import altair

    rows = json.loads(points.read_text(encoding="utf-8"))
    base = altair.Chart(altair.Data(values=rows)).encode(
        x=altair.X("rows:Q", title="rows of history").scale(type="log").axis(format="~s"),
        y=altair.Y("cpu_seconds:Q", title="processor seconds of the run").scale(type="log"),
        color=altair.Color("build:N", legend=None).scale(
            domain=list(COLOURS), range=list(COLOURS.values())
        ),
    )
    newest = base.transform_window(
        rank="rank()", sort=[altair.SortField("rows", order="descending")], groupby=["build"]
    ).transform_filter("datum.rank == 1")
    chart = (
        base.mark_line(strokeWidth=2)
        + base.mark_point(size=60, filled=True)
        + newest.mark_text(align="right", dy=-14).encode(text="build:N")
    )
    chart.properties(width=WIDTH, height=HEIGHT).save(out, scale_factor=2)
    click.echo(out)


if __name__ == "__main__":
    main()
