"""Breakages of what gets in: identifiers, dates and erased people."""

from tests.mutations.seen import SeenBreakage

IDS = "tests/ingest/test_identifiers.py"
DATES = "tests/ingest/test_event_dates.py"
ZONES = f"{DATES}::test_the_business_date_counts_in_the_zone_of_the_store_or_of_the_business"
TOKENS = "tests/erasure/test_tokens.py"
CORRECTIONS = "tests/ingest/test_corrections.py"
MAPPINGS = "tests/ingest/test_mapping_branches.py"

INPUT_BREAKAGES = (
    SeenBreakage(
        rule="offsets beyond 12 hours are no timestamps",
        file="customer_status/ingest/values.py",
        text="[+-](?:0[0-9]|1[0-8])",
        replacement="[+-](?:0[0-9]|1[0-2])",
        seen_by=f"{DATES}::test_offsets_of_all_the_world_are_read",
    ),
    SeenBreakage(
        rule="an erased identifier follows from the address alone",
        file="customer_status/erasure/tokens.py",
        text="getvariable('erasure_secret') || kind",
        replacement="kind",
        seen_by=f"{TOKENS}::test_a_token_cannot_be_made_from_the_address_alone",
    ),
    SeenBreakage(
        rule="an erased identifier may come from outside",
        file="expectations/web_sessions.py",
        text="*not_erased(FEED),",
        replacement="",
        seen_by=f"{TOKENS}::test_a_forged_token_beside_a_real_request_touches_nobody_else",
    ),
    SeenBreakage(
        rule="a contact may come from the future",
        file="expectations/contacts.py",
        text="*in_future(FEED, bounds),",
        replacement="",
        seen_by=f"{DATES}::test_the_end_of_time_is_in_the_future",
    ),
    SeenBreakage(
        rule="a reason gives a time that is not in UTC",
        file="expectations/rules.py",
        text="at time zone 'UTC'",
        replacement="at time zone 'Asia/Tokyo'",
        seen_by=f"{DATES}::test_the_end_of_time_is_in_the_future",
    ),
    SeenBreakage(
        rule="the first day is looked at in UTC only",
        file="expectations/dates.py",
        text="bounds.earliest + timedelta(days=2)",
        replacement="bounds.earliest",
        seen_by=ZONES,
    ),
    SeenBreakage(
        rule="the zone of a row's store does not count for the first day",
        file="expectations/dates.py",
        text='else {home} end" if tests else home',
        replacement='else {home} end" if False else home',
        seen_by=ZONES,
    ),
    SeenBreakage(
        rule="a request to be forgotten is dropped for its date",
        file="expectations/erasures.py",
        text='but_for(rule, is_beyond_dates("requested_at"))',
        replacement="rule",
        seen_by=f"{DATES}::test_no_request_is_dropped_for_its_date",
    ),
    SeenBreakage(
        rule="a JSON number with an exponent is read as a whole one",
        file="customer_status/ingest/jsonrows.py",
        text="may_be_id=key in ids or with_columns",
        replacement="may_be_id=False",
        seen_by=f"{IDS}::test_numbers_in_json_are_read_like_their_texts",
    ),
    SeenBreakage(
        rule="a rounded whole number is an identifier",
        file="expectations/identifiers.py",
        text="_INEXACT_FROM = 2**53",
        replacement="_INEXACT_FROM = 2**63",
        seen_by=f"{IDS}::test_identifiers_are_read_alike_in_every_format",
    ),
    SeenBreakage(
        rule="values corrected in quarantined rows are counted",
        file="customer_status/ingest/judging.py",
        text="and not ({any_broken(rules)})",
        replacement="",
        seen_by=f"{CORRECTIONS}::test_corrected_values_are_counted_in_the_accepted_rows_only",
    ),
    SeenBreakage(
        rule="of several names of one content, an unreadable one is chosen",
        file="customer_status/ingest/run.py",
        text="key=lambda file: (file.problem is not None, file.name)",
        replacement="key=lambda file: file.name",
        seen_by="tests/ingest/test_ingest_files.py::test_one_content_under_two_names_is_taken_once",
    ),
    SeenBreakage(
        rule="an order of Shopify that is paid in part counts",
        file="mappings/shopify_orders.sql",
        text="in ('authorized', 'partially_paid')",
        replacement="in ('authorized')",
        seen_by=f"{MAPPINGS}::test_orders_of_shopify",
    ),
    SeenBreakage(
        rule="a refund of Shopify takes away more than the items cost",
        file="mappings/shopify_orders.sql",
        text=" or refunded > items_due",
        replacement="",
        seen_by=f"{MAPPINGS}::test_orders_of_shopify",
    ),
    SeenBreakage(
        rule="a refunded order of WooCommerce without refunds keeps its value",
        file="mappings/woocommerce_orders.sql",
        text="order_state = 'refunded' or ",
        replacement="",
        seen_by=f"{MAPPINGS}::test_orders_of_woocommerce",
    ),
)
