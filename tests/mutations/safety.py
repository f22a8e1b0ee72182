"""Breakages of the report, of what is masked, of mappings' sandbox, of exact amounts."""

from tests.mutations.seen import SeenBreakage

REPORT = "tests/publish/test_report_figures.py"
SANDBOX = "tests/ingest/test_mapping_sandbox.py"
MASKING = "tests/environment/test_masking.py"
AMOUNTS = "tests/models/test_amounts_are_exact.py"
VOLUME = "tests/ingest/test_low_volume.py"
SEEDS = "tests/environment/test_seed_numbers.py"

REPORT_BREAKAGES = (
    SeenBreakage(
        rule="the forecast names the status entered first",
        file="customer_status/report/sections.py",
        text='Html(f"{chip(row.status)} → {chip(row.next_status)}")',
        replacement='Html(f"{chip(row.next_status)} → {chip(row.status)}")',
        seen_by=f"{REPORT}::test_the_forecast_table_names_the_status_left_first",
    ),
    SeenBreakage(
        rule="bars have another status's colour",
        file="customer_status/report/charts.py",
        text='range=[f"var(--{name})" for name in STATUSES]',
        replacement='range=[f"var(--{name})" for name in STATUSES[::-1]]',
        seen_by=f"{REPORT}::test_the_history_shows_each_month_end_in_the_colours_of_the_statuses",
    ),
    SeenBreakage(
        rule="all customers are at risk",
        file="customer_status/report/figures.py",
        text="count(*) filter (where is_at_risk)",
        replacement="count(*)",
        seen_by=f"{REPORT}::test_the_tiles_count_customers_revenue_risk_and_changes",
    ),
    SeenBreakage(
        rule="causes are those of 31 days",
        file="customer_status/report/figures.py",
        text="where status_since > $day::date - $days::integer",
        replacement="where status_since >= $day::date - $days::integer",
        seen_by=f"{REPORT}::test_the_causes_are_of_the_last_30_days_in_the_colours_of_the_"
        "statuses_entered",
    ),
    SeenBreakage(
        rule="a chip has another status's colour",
        file="customer_status/report/report.css",
        text=".chip.captive::before { background: var(--captive); }",
        replacement=".chip.captive::before { background: var(--active); }",
        seen_by=f"{REPORT}::test_a_status_has_its_own_colour_wherever_it_is_shown",
    ),
)

SAFETY_BREAKAGES = (
    SeenBreakage(
        rule="a mapping may hold several statements",
        file="customer_status/ingest/mapping_query.py",
        text="if len(statements) != 1:",
        replacement="if not statements:",
        seen_by=f"{SANDBOX}::test_what_is_no_select_from_the_export_is_refused",
    ),
    SeenBreakage(
        rule="a mapping may call any table function",
        file="customer_status/ingest/mapping_query.py",
        text="if name not in TABLE_FUNCTIONS:",
        replacement="if not name:",
        seen_by=f"{SANDBOX}::test_what_is_no_select_from_the_export_is_refused",
    ),
    SeenBreakage(
        rule="a mapping's engine opens any file",
        file="customer_status/engine.py",
        text='    "set enable_external_access = false",\n',
        replacement="",
        seen_by=f"{SANDBOX}::test_the_sandbox_opens_nothing_whatever_runs_in_it",
    ),
    SeenBreakage(
        rule="a mapping's engine can be opened again",
        file="customer_status/engine.py",
        text='    "set lock_configuration = true",\n',
        replacement="",
        seen_by=f"{SANDBOX}::test_the_sandbox_opens_nothing_whatever_runs_in_it",
    ),
    SeenBreakage(
        rule="an encoded address is shown",
        file="dbt_project.yml",
        text="(?:@|%(?:25)*40|",
        replacement="(?:@|",
        seen_by=f"{MASKING}::test_an_address_is_masked_by_python_and_by_the_engine",
    ),
    SeenBreakage(
        rule="an amount is rounded before it is divided",
        file="macros/converted_amount.sql",
        text='~ ".rate_numerator)",\n                        rates ~ ".rate_denominator",',
        replacement='~ ".rate_numerator / "\n                        ~ rates\n'
        '                        ~ ".rate_denominator)",\n                        "1",',
        seen_by=f"{AMOUNTS}::test_each_amount_of_an_order_is_converted_exactly",
    ),
    SeenBreakage(
        rule="a rate of zero is taken",
        file="customer_status/settings/seed_numbers.py",
        text="if rate is None or not RATE_UNIT / 2 <= rate < MOST_RATE:",
        replacement="if rate is None or not 0 <= rate < MOST_RATE:",
        seen_by=f"{SEEDS}::test_a_rate_that_cannot_convert_is_named",
    ),
    SeenBreakage(
        rule="the newest day holds",
        file="expectations/low_volume.py",
        text="for number in range((last - since).days)]",
        replacement="for number in range((last - since).days + 1)]",
        seen_by=f"{VOLUME}::test_ordinary_days_and_the_newest_one_do_not_hold",
    ),
    SeenBreakage(
        rule="a published day is judged again",
        file="expectations/low_volume.py",
        text="since = max(since, published_to)",
        replacement="pass",
        seen_by=f"{VOLUME}::test_a_day_that_was_published_as_complete_is_not_judged_again",
    ),
)
