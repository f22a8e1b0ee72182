"""Breakages of who is who and whose row it is."""

from tests.mutations.mutation import Mutation

KNOWN = "models/intermediate/int_identifier__known.sql"
RESOLVED = "models/intermediate/int_identifier__resolved.sql"
STITCHED = "models/intermediate/int_session__stitched.sql"
ORDERS = "models/core/fct_orders.sql"
SESSIONS = "models/core/fct_web_sessions.sql"
TOUCHES = "models/core/fct_crm_touches.sql"
CONTACTS = "models/intermediate/int_contact__owners.sql"
DAYS = "models/core/fct_customer_day.sql"
STG_ORDERS = "models/staging/stg_orders.sql"
GRAPH = "macros/engine/graph.sql"

MUTATIONS = (
    Mutation(
        "guests are known by their email",
        ORDERS,
        'first_identifier(["customer_id", "email"], "shared_customers")',
        'first_identifier(["customer_id"], "shared_customers")',
    ),
    Mutation(
        "emails are compared in lower case",
        STG_ORDERS,
        '{{ email_without_placeholder("orders.email") }}',
        '{{ without_placeholder("orders.email") }}',
    ),
    Mutation(
        "an identifier may join as many customer_ids as the limit",
        KNOWN,
        '> cast({{ setting("max_identifier_degree") }} as integer)',
        '>= cast({{ setting("max_identifier_degree") }} as integer)',
    ),
    Mutation("a shared identifier joins nobody", RESOLVED, "where not is_shared", "where true"),
    Mutation(
        "a customer_id is never shared",
        KNOWN,
        "counted.identifier_rank > 1 and counted.customer_ids",
        "counted.customer_ids",
        equivalent="a customer_id stands beside one customer_id, itself, and no limit is lower",
    ),
    Mutation(
        "an email and a contact_id in one row are one customer's",
        RESOLVED,
        "email_identifier as one_identifier, contact_identifier as other_identifier",
        "email_identifier as one_identifier, email_identifier as other_identifier",
    ),
    Mutation(
        "a customer_id and an email in one row are one customer's",
        RESOLVED,
        "customer_identifier as one_identifier, email_identifier as other_identifier",
        "customer_identifier as one_identifier, customer_identifier as other_identifier",
    ),
    Mutation(
        "a customer is all that hangs together, however far",
        GRAPH,
        "from moved where node <> other_node",
        "from moved where false",
    ),
    Mutation(
        "a customer goes by the identifier seen first",
        RESOLVED,
        "order by first_seen_at, identifier_rank, identifier",
        "order by first_seen_at desc, identifier_rank, identifier",
    ),
    Mutation(
        "a tie goes to customer_id, then email, then contact_id",
        RESOLVED,
        "order by first_seen_at, identifier_rank, identifier",
        "order by first_seen_at, identifier",
    ),
    Mutation(
        "a tie of one kind goes to the lesser value",
        RESOLVED,
        "order by first_seen_at, identifier_rank, identifier",
        "order by first_seen_at, identifier_rank, identifier desc",
    ),
    Mutation(
        "all of a customer's identifiers have one key",
        RESOLVED,
        "md5(named.first_identifier)",
        "md5(named.identifier)",
    ),
    Mutation(
        "a touch with a shared address is the contact's",
        TOUCHES,
        "resolved.customer_key, by_contact.customer_key, 'unknown'",
        "resolved.customer_key, 'unknown'",
    ),
    Mutation(
        "a profile with a shared contact_id is the address's",
        CONTACTS,
        "resolved.customer_key, by_email.customer_key, 'unknown'",
        "resolved.customer_key, 'unknown'",
    ),
    Mutation(
        "an anonymous session belongs to who logs in on the device",
        SESSIONS,
        "resolved.customer_key, stitched.customer_key, 'unknown'",
        "resolved.customer_key, 'unknown'",
    ),
    Mutation(
        "a login exactly stitch_days later is near enough",
        STITCHED,
        "<= limits.stitch_seconds then surrounded.next_login_at",
        "< limits.stitch_seconds then surrounded.next_login_at",
    ),
    Mutation(
        "a login exactly stitch_days before is near enough",
        STITCHED,
        "<= limits.stitch_seconds then surrounded.last_login_at",
        "< limits.stitch_seconds then surrounded.last_login_at",
    ),
    Mutation(
        "time is counted to the last fraction of a second",
        STITCHED,
        "<= limits.stitch_seconds then surrounded.next_login_at",
        "<= limits.stitch_seconds + 0.5 then surrounded.next_login_at",
    ),
    Mutation(
        "the next login goes before the last",
        STITCHED,
        "then surrounded.next_login_at",
        "then coalesce(surrounded.last_login_at, surrounded.next_login_at)",
    ),
    Mutation(
        "without a next login the last one tells",
        STITCHED,
        "then surrounded.last_login_at",
        "then null",
    ),
    Mutation(
        "of two who log in at one instant the lesser key counts",
        STITCHED,
        "min(resolved.customer_key)",
        "max(resolved.customer_key)",
    ),
)
