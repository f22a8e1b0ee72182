"""The one exception that a person is meant to read."""

from customer_status.environment.text import shown_lines


class UserError(Exception):
    """Something the user can put right: what is wrong, where, and what to do, in one line.

    The command line prints the message without a traceback and exits with code 1. What came from
    outside and stands in it is made safe to show (`customer_status.environment.text`).
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(shown_lines(message))
