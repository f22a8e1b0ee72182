"""The one exception that a person is meant to read."""


class UserError(Exception):
    """Something the user can put right: what is wrong, where, and what to do, in one line.

    The command line prints the message without a traceback and exits with code 1.
    """
