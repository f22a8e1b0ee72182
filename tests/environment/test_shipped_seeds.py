"""The shipped configuration holds the documented values, the reference implementation the same."""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import pytest

from customer_status.environment.layout import SHIPPED_SEEDS
from tests.oracle.comparison import PLACEHOLDERS
from tests.oracle.configuration import (
    DEFAULT_POLICIES,
    DEFAULT_SETTINGS,
    ENGAGEMENT_POINTS,
    TOUCH_TYPES,
)

# Written out by hand from the documentation: a changed seed is a changed promise.
DOCUMENTED = {
    "status_policy": """
        policy_segment,effective_from,inactive_after_days,at_risk_after_days,engagement_window_days,engagement_points_required,habit_period,habit_window_periods,habit_periods_required,subscription_valid_days,engagement_measured_from,engagement_gap_days,engagement_feeds
        default,1900-01-01,90,60,90,3,month,6,5,35,,14,
    """,
    "touch_types": """
        touch_type,kind,is_dissatisfaction,dissatisfied_at_or_below
        sent,company,false,
        delivered,company,false,
        opened,company,false,
        clicked,response,false,
        replied,response,false,
        subscribed,opt_in,false,
        unsubscribed,opt_out,false,
        survey_sent,company,false,
        survey_response,feedback,false,6
        suggestion,feedback,false,
        review,feedback,false,6
        complaint,feedback,true,
        social_engagement,response,false,
        community_post,response,false,
        call,service,false,
        ticket_opened,service,false,
        ticket_resolved,company,false,
        referral,referral,false,
        event_attended,response,false,
        loyalty_joined,response,false,
        loyalty_redeemed,response,false,
        coupon_redeemed,response,false,
    """,
    "engagement_points": """
        source,touch_type,points,daily_cap
        web,engaged_session,1,2
        crm,clicked,1,2
        crm,social_engagement,1,2
        crm,replied,2,4
        crm,survey_response,2,4
        crm,suggestion,2,4
        crm,community_post,2,4
        crm,review,3,6
        crm,referral,3,9
        crm,event_attended,3,6
        crm,loyalty_joined,2,2
        crm,loyalty_redeemed,2,4
        crm,coupon_redeemed,2,4
        crm,call,2,4
        crm,ticket_opened,2,4
        crm,sent,0,0
        crm,delivered,0,0
        crm,opened,0,0
        crm,survey_sent,0,0
    """,
    "identifier_rules": """
        identifier_type,identifier,sharing
    """,
    "placeholder_identifiers": """
        placeholder
        null
        nan
        none
        undefined
        n/a
        unknown
        guest
        0
        -1
    """,
    "bot_rules": """
        bot_rule,device,source,medium,page_views_at_least,pages_per_second_at_least
        declared_bot,bot,,,,
        declared_crawler,crawler,,,,
        declared_robot,robot,,,,
        declared_spider,spider,,,,
        impossible_pace,,,,1000,10
    """,
    "sales_channels": """
        sales_channel,is_digital
        web,true
        online,true
        app,true
        mobile,true
        ecommerce,true
        marketplace,true
        social,true
        store,false
        pos,false
        retail,false
        phone,false
        catalog,false
    """,
    "stores": """
        store_id,store_name,city,country,timezone,opened_on
        MAD-01,Gran Vía,Madrid,ES,Europe/Madrid,2009-03-14
        MAD-02,Castellana,Madrid,ES,Europe/Madrid,2016-10-01
        BCN-01,Diagonal,Barcelona,ES,Europe/Madrid,2010-05-08
        VLC-01,Colón,Valencia,ES,Europe/Madrid,2012-09-22
        SVQ-01,Nervión,Sevilla,ES,Europe/Madrid,2013-04-06
        BIO-01,Gran Vía de Bilbao,Bilbao,ES,Europe/Madrid,2014-11-15
        LPA-01,Triana,Las Palmas de Gran Canaria,ES,Atlantic/Canary,2017-06-03
        TFN-01,Castillo,Santa Cruz de Tenerife,ES,Atlantic/Canary,2019-02-16
    """,
}
SETTINGS = {
    "business_timezone": "UTC",
    "source_timezone_orders": "UTC",
    "source_timezone_web_sessions": "UTC",
    "source_timezone_crm_touches": "UTC",
    "source_timezone_contacts": "UTC",
    "reporting_currency": "EUR",
    "max_reject_share": "0.05",
    "max_unpacked_gigabytes": "50",
    "release_mode": "",
    "hold_on_low_volume": "false",
    "max_identifier_degree": "10",
    "stitch_days": "30",
    "earliest_event_date": "1990-01-01",
    "max_status_mix_shift": "0.25",
}
# Pinned by other tests of this module, or words, which other tests look at.
NOT_HERE = {"currency_rates", "labels", "settings", "status_reasons"}
LAST_PINNED_RATE = "2026-10-01"


def shipped(seed: str) -> list[dict[str, str]]:
    with (SHIPPED_SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_order(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted(map(dict, rows), key=lambda row: [str(value) for value in row.values()])


def as_text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("seed", sorted(DOCUMENTED))
def test_a_shipped_seed_holds_the_documented_rows(seed: str) -> None:
    documented = csv.DictReader(line.strip() for line in DOCUMENTED[seed].strip().splitlines())
    assert in_order(shipped(seed)) == in_order(documented)


def test_shipped_settings_are_the_documented_ones() -> None:
    assert {row["setting"]: row["value"] for row in shipped("settings")} == SETTINGS


def test_past_exchange_rates_never_change() -> None:
    """Later quarters may be added; what was converted once is converted alike for ever."""
    rates = shipped("currency_rates")
    past = [",".join(row.values()) for row in rates if row["effective_from"] <= LAST_PINNED_RATE]
    assert {
        "EUR,1900-01-01,1",
        "USD,2009-01-02,0.7211885187",
        "GBP,2016-07-01,1.1928903734",
        "JPY,2020-01-02,0.0082135524",
    } <= set(past)
    digest = hashlib.sha256("\n".join(sorted(past)).encode()).hexdigest()
    assert digest == "2375fe9e95f7ac881ef3a437e70293a7597cef573201047d20ffabae8c9aae95"


def test_every_setting_says_what_it_means() -> None:
    assert all(row["description"] for row in shipped("settings"))


def test_every_shipped_seed_is_pinned_or_named_here() -> None:
    assert {path.stem for path in SHIPPED_SEEDS.glob("*.csv")} == DOCUMENTED.keys() | NOT_HERE


@pytest.mark.parametrize(
    ("seed", "rows"),
    [
        ("status_policy", DEFAULT_POLICIES),
        ("touch_types", TOUCH_TYPES),
        ("engagement_points", ENGAGEMENT_POINTS),
        ("placeholder_identifiers", PLACEHOLDERS),
    ],
)
def test_the_reference_implementation_holds_the_shipped_rows(
    seed: str, rows: tuple[Any, ...]
) -> None:
    names = [field.name for field in fields(rows[0])]
    given = [{name: as_text(getattr(row, name)) for name in names} for row in rows]
    assert in_order(given) == in_order(
        {name: row[name] for name in names} for row in shipped(seed)
    ), "a column that the reference implementation lacks must be added there"
    assert set(names) == set(shipped(seed)[0])


def test_the_reference_implementation_holds_the_shipped_settings() -> None:
    of_the_run = {"run_date", "as_of_date"}
    names = [f.name for f in fields(DEFAULT_SETTINGS) if f.name not in of_the_run]
    assert {name: as_text(getattr(DEFAULT_SETTINGS, name)) for name in names} == {
        name: SETTINGS[name] for name in names
    }
