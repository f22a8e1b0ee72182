"""Which columns of each feed tell who somebody is, and which may say something about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

REQUESTS = "erasures"
PERSON = ("customer_id", "email", "contact_id")
VISITOR = "visitor_id"
KINDS = (*PERSON, VISITOR)
# The kind of a key of a row, beside the kinds of identifiers of people.
KEY = "key"

# What stands in the place of a value that totals count: there was one, but not which.
ERASED = "erased"
# A pseudonym in the place of an erased identifier begins with this.
PSEUDONYM_PREFIX = "erased:"


@dataclass(frozen=True)
class FeedColumns:
    """How rows of one feed are forgotten.

    Attributes:
        identifiers: columns that name somebody; each is an identifier of the kind of its name.
        key: column that versions of one row share; None where rows have no versions.
        version: SQL for the version of a row; the greatest rules.
        emptied: columns that may hold something personal.
        counted: the same, but totals count rows that have one.
        free_text: columns in which somebody else's row may mention a person's address.
        mentioned: columns that hold an identifier of somebody else, of whichever kind.
        keys: columns that hold the key of a row, this one or another, and of nobody; a key in which
            a person's address stands is replaced as a whole, the same wherever it stands.
    """

    identifiers: tuple[str, ...]
    key: str | None = None
    version: str = "null"
    emptied: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    free_text: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


FEED_COLUMNS: Mapping[str, FeedColumns] = MappingProxyType(
    {
        "orders": FeedColumns(
            identifiers=("customer_id", "email"),
            key="order_id",
            version="coalesce(updated_at, ordered_at)",
            counted=("coupon_code", "subscription_id"),
            free_text=("coupon_code", "subscription_id"),
            keys=("order_id", "returns_order_id"),
        ),
        "web_sessions": FeedColumns(
            identifiers=("customer_id", "email", VISITOR),
            key="session_id",
            version="ended_at",
            emptied=("landing_page",),
            free_text=("landing_page",),
            keys=("session_id",),
        ),
        "crm_touches": FeedColumns(
            identifiers=("customer_id", "email", "contact_id"),
            key="touch_id",
            version="coalesce(updated_at, touched_at)",
            emptied=("topic",),
            free_text=("topic",),
            mentioned=("referred_by",),
            keys=("touch_id", "thread_id", "in_reply_to"),
        ),
        "contacts": FeedColumns(
            identifiers=("customer_id", "email", "contact_id"),
            key="contact_id",
            version="coalesce(updated_at, created_at)",
            emptied=(
                "full_name",
                "birth_date",
                "gender",
                "city",
                "country",
                "consent_email",
                "consent_sms",
                "consent_phone",
            ),
            free_text=("full_name", "city"),
        ),
        # Requests are forgotten last: as long as one is readable, the work is not done.
        REQUESTS: FeedColumns(identifiers=PERSON),
    }
)
