"""Failures that a second try cannot mend are not tried again."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from customer_status.environment.errors import UserError

# For what may pass by itself: a full disk being cleared, a network folder that blinks.
RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)


@contextmanager
def user_errors_fail() -> Iterator[None]:
    """Turn what a person must put right into a failure that is not retried."""
    try:
        yield
    except UserError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
