"""Sample data on disk, made once."""

from orchestration.options import RunOptions


def ensure_sample_data(options: RunOptions) -> str | None:
    """Make the sample data that the options name, unless it is there; say what was made.

    Raises:
        UserError: the data set's package is not installed.
    """
    if options.data == "simulated":
        from sample_data.simulator.simulation import simulate

        return str(simulate(options.landing))
    if options.data == "complete_journey":
        from sample_data.complete_journey.conversion import convert

        return str(convert(options.landing))
    return None
