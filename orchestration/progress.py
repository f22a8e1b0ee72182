"""What a person sees while a run goes on: the steps' own words, nothing of the machinery."""

import logging
import sys

import dagster as dg


class OwnWords(logging.Filter):
    """Lets pass what the steps say and what goes wrong; drops Dagster's own events."""

    def filter(self, record: logging.LogRecord) -> bool:
        meta = getattr(record, "dagster_meta", {})
        return not meta.get("dagster_event") and record.levelno >= logging.INFO


class BareMessage(logging.Formatter):
    """The message as its step wrote it, without run ids."""

    def format(self, record: logging.LogRecord) -> str:
        meta = getattr(record, "dagster_meta", {})
        return f"  {meta.get('orig_message', record.getMessage())}"


@dg.logger(description="The steps' own words on the terminal.")
def progress_logger(context: dg.InitLoggerContext) -> logging.Logger:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(BareMessage())
    handler.addFilter(OwnWords())
    logger = logging.Logger("progress")
    logger.addHandler(handler)
    return logger
