"""What was planted, written beside the feeds for tests; the warehouse never reads it."""

from pathlib import Path

import duckdb

from sample_data.simulator import vocabulary as v
from sample_data.simulator.season import Season
from sample_data.simulator.wording import CONTACT, CUSTOMER, VISITOR, choice

Fault = tuple[str, str, str, bool, int]  # feed, file, kind, is_rejected, rows


def write_customers(
    connection: duckdb.DuckDBPyConnection, season: Season, destination: Path
) -> None:
    """One row per simulated person. Lists hold the identifiers that occur in the files."""

    def day(column: str) -> str:
        begin = f"date '{season.start}'"
        return f"case when {column} >= 0 then {begin} + cast({column} as int) end"

    def listed(*pairs: tuple[int, str]) -> str:
        cases = (f"case when identifiers & {bit} > 0 then {sql} end" for bit, sql in pairs)
        return f"list_filter([{', '.join(cases)}], lambda x: x is not null)"

    connection.execute(f"""
        copy (
            with visitors as (
                select person, list({VISITOR} order by visitor) as visitor_ids
                from visitors
                group by person
            )
            select
                'P' || lpad(cast(person as varchar), 8, '0') as person_id,
                {choice(v.TYPES, "type")} as customer_type,
                {listed((v.CUSTOMER_ID, CUSTOMER))} as customer_ids,
                {listed((v.EMAIL, "email"), (v.SECOND_EMAIL, "second_email"))} as emails,
                {listed((v.CONTACT_ID, CONTACT))} as contact_ids,
                coalesce(visitor_ids, []) as visitor_ids,
                case when identifiers & {v.KIOSK_EMAIL} > 0 then kiosk_email end as kiosk_email,
                shares_device,
                claimed_after as guest_orders_before_account,
                is_engaged,
                is_hostage,
                names.is_business,
                purchase_days,
                {day("first_purchase")} as first_purchase_date,
                {day("last_purchase")} as last_purchase_date,
                {day("lapsed")} as lapsed_date,
                {day("returned")} as returned_date,
                {day("dropped")} as dropped_out_date,
                {choice(v.DROP_CAUSES, "drop_cause")} as drop_out_cause,
                {day("subscribed_from")} as subscribed_from_date,
                {day("subscribed_to")} as subscription_ended_date,
                {day("last_dissatisfied")} as last_dissatisfied_date,
            from people
            join names using (person)
            left join visitors using (person)
            order by person
        ) to '{destination}' (format parquet, compression zstd)
    """)


def write_defects(
    connection: duckdb.DuckDBPyConnection, faults: list[Fault], destination: Path
) -> None:
    """One row per file and kind of fault, with the number of rows that have it."""
    connection.execute("""
        create table faults (
            feed varchar, file varchar, kind varchar, is_rejected boolean, row_count bigint
        )
    """)
    if faults:
        connection.executemany("insert into faults values (?, ?, ?, ?, ?)", faults)
    connection.execute(f"""
        copy (from faults order by feed, file, kind)
        to '{destination}' (format parquet, compression zstd)
    """)
