"""SQL that turns the codes held in the scratch database into the columns of a feed.

Codes are positions in lists, -1 is null. A list index of 0 is null in DuckDB, hence `code + 1`.
"""

from collections.abc import Sequence

from sample_data.simulator import vocabulary as v
from sample_data.simulator.blocks import Business
from sample_data.simulator.campaigns import campaign_ids, offer_ids


def choice(words: Sequence[str | None], code: str) -> str:
    """SQL for the word at a position."""
    quoted = ", ".join("null" if w is None else "'" + w.replace("'", "''") + "'" for w in words)
    return f"([{quoted}])[({code}) + 1]"


def instant(second: str) -> str:
    """SQL for a UTC timestamp without zone; null for -1."""
    return f"case when {second} >= 0 then make_timestamp({second} * 1000000) end"


def money(cents: str) -> str:
    return f"case when {cents} >= 0 then cast({cents} / 100 as decimal(18, 2)) end"


def count(number: str) -> str:
    return f"case when ({number}) >= 0 then cast({number} as integer) end"


def flag(code: str) -> str:
    return f"case when {code} >= 0 then {code} = 1 end"


def numbered(prefix: str, number: str, digits: int) -> str:
    return f"'{prefix}' || lpad(cast({number} as varchar), {digits}, '0')"


CUSTOMER = numbered("C", "person", 8)
CONTACT = numbered("CRM-", "person + 500000", 8)
VISITOR = numbered("V", "visitor", 13)


def identifier(bit: int, sql: str) -> str:
    return f"case when identifiers & {bit} > 0 then {sql} end"


# No policy row knows this segment.
BUSINESS_SEGMENT = "business"

_EMAIL = f"""case
    when identifiers & {v.EMAIL} > 0 then email
    when identifiers & {v.SECOND_EMAIL} > 0 then second_email
    when identifiers & {v.KIOSK_EMAIL} > 0 then kiosk_email
end"""


def names_sql(parameters_kiosk_every: int) -> str:
    """Every person's full name and email addresses, from the codes in `people`."""
    given = choice(v.FEMALE_NAMES + v.MALE_NAMES, "given_name")
    surname, second = (
        choice(v.SURNAMES, "surname"),
        choice(v.SURNAMES, "second_surname"),
    )
    ascii_given, ascii_surname = (
        f"lower(strip_accents({given}))",
        f"lower(strip_accents({surname}))",
    )
    domain = choice(v.EMAIL_DOMAINS, "email_domain")
    return f"""
        select
            person,
            {given} || ' ' || {surname} || ' ' || {second} as full_name,
            is_business,
            {ascii_given} || '.' || {ascii_surname} || person || '@' || {domain} as email,
            {ascii_surname} || '_' || {ascii_given} || person || '@nuevo.example' as second_email,
            'kiosko' || (person // {parameters_kiosk_every}) || '@tienda.example' as kiosk_email,
        from people
    """


def feed_columns(business: Business) -> dict[str, dict[str, str]]:
    """SQL of every column of every feed, over a feed's scratch table joined with `names`."""
    per_month = business.parameters.crm.campaigns_per_month
    campaigns = campaign_ids(business.season, per_month)
    offers = offer_ids(business.season, per_month)
    shared = {
        "customer_id": identifier(v.CUSTOMER_ID, CUSTOMER),
        "contact_id": identifier(v.CONTACT_ID, CONTACT),
        "email": _EMAIL,
    }
    country = choice(v.COUNTRIES, "country")
    return {
        "orders": shared | _orders(business),
        "web_sessions": shared
        | {
            "session_id": numbered("S", "number", 11),
            "visitor_id": VISITOR,
            "started_at": instant("started_at"),
            "ended_at": f"case when seconds >= 0 then {instant('(started_at + seconds)')} end",
            "page_views": count("pages"),
            # None is the default: some exports leave it out.
            "conversions": count("case when converts > 0 or number % 20 > 0 then converts end"),
            "source": choice(v.SOURCES, "source"),
            "medium": choice(v.MEDIUMS, "source"),
            "campaign": f"coalesce({choice(campaigns, 'crm_campaign')}, "
            f"{choice(v.PAID_CAMPAIGNS, 'paid_campaign')})",
            "device": choice(v.DEVICES, "device"),
            "country": country,
            "landing_page": choice(v.LANDING_PAGES, "landing"),
        },
        "crm_touches": shared
        | {
            "touch_id": numbered("T", "number", 11),
            "touched_at": instant("touched_at"),
            "updated_at": instant("updated_at"),
            "direction": choice(v.DIRECTIONS, "direction"),
            "channel": choice(v.CHANNELS, "channel"),
            "touch_type": choice(v.TOUCH_TYPES, "type"),
            "campaign_id": choice(campaigns, "campaign"),
            "offer_id": choice(offers, "offer"),
            "score": count("score"),
            "topic": choice(v.TOPICS, "topic"),
            "cost_amount": money("cost"),
        },
        "contacts": shared | _contacts(country),
    }


def _orders(business: Business) -> dict[str, str]:
    segment = f"case when is_business then '{BUSINESS_SEGMENT}' end"
    return {
        "order_id": numbered("ES", "number", 11),
        "ordered_at": instant("ordered_at"),
        "updated_at": instant("updated_at"),
        "order_status": choice(v.ORDER_STATUSES, "status"),
        # A sale is the default: half of the orders leave it out.
        "order_type": choice(v.ORDER_TYPES, "case when type > 0 or number % 2 = 1 then type end"),
        "currency": choice(v.CURRENCIES, "currency"),
        "gross_amount": money("gross"),
        "discount_amount": money("discount"),
        "refund_amount": money("refund"),
        "coupon_code": choice(v.COUPONS, "coupon"),
        "subscription_id": f"case when is_subscription then {numbered('SUB', 'person', 8)} end",
        "sales_channel": choice(v.SALES_CHANNELS, "channel"),
        "store_id": choice(business.store_ids, "store"),
        "policy_segment": segment,
        "item_count": count("items"),
    }


def _contacts(country: str) -> dict[str, str]:
    city = (
        f"case when country > 0 then {choice(v.FOREIGN_CITIES, 'city')} "
        f"else {choice(v.CITIES, 'city')} end"
    )
    return {
        "created_at": instant("created_at"),
        "updated_at": instant("updated_at"),
        "full_name": "full_name",
        "birth_date": "date '1970-01-01' + cast(nullif(birth_day, -1) as int)",
        "gender": choice(v.GENDERS, "gender"),
        "city": city,
        "country": country,
        "consent_email": flag("consent_email"),
        "consent_sms": flag("consent_sms"),
        "consent_phone": flag("consent_phone"),
    }
