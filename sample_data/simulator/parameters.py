"""Every number that shapes the simulated retailer, in one place.

None of these figures is measured from a real business. They are plausible ones, chosen so that each
rule of the warehouse has customers that meet it. Rates are per customer unless they say otherwise;
"share" and "probability" lie between 0 and 1; amounts are euro cents; times are days.
"""

from dataclasses import dataclass

# Customers are drawn in blocks of this size, each with its own random streams: part of what a seed
# means, so changing it changes every simulation. It bounds memory and is the unit of work.
BLOCK_CUSTOMERS = 10_000


@dataclass(frozen=True)
class People:
    """Who the customers are and how they can be recognised."""

    launch_share: float = (
        0.30  # arrive soon after the first day, as an existing customer base would
    )
    launch_mean_days: float = 40.0
    # prospect, casual, habit, subscriber, seasonal
    type_shares: tuple[float, ...] = (0.08, 0.76, 0.07, 0.05, 0.04)
    guest_share: float = 0.13  # casual and seasonal buyers who never open an account
    claimed_share: float = 0.06  # first orders as a guest, later ones with an account, same email
    contact_share: float = 0.86  # known to the CRM
    second_email_share: float = 0.04  # change their email; both belong to one account
    shared_device_share: float = 0.04  # sometimes browse on another customer's device
    foreign_share: float = 0.04  # cross-border: GB or US, mostly not paying in euro
    business_share: float = 0.015  # orders carry policy_segment `business`, which has no policy row
    store_minded_share: float = 0.35  # buy mainly in a store and visit the web little
    engaged_share: float = 0.40  # react to what the company sends and visit often
    hostage_share: float = 0.22  # of habit buyers and subscribers: keep buying, keep complaining
    # One shared address for customers 100-139 of every 4,000: far above max_identifier_degree.
    kiosk_every: int = 4_000
    kiosk_first: int = 100
    kiosk_size: int = 40


@dataclass(frozen=True)
class Purchases:
    """When people buy. Casual buyers follow the modified beta-geometric (MBG/NBD) model.

    Source of the model: Batislam, Denizel and Filiztekin (2007), "Empirical validation and
    comparison of models for customer base analysis": purchases at a gamma-distributed rate and,
    after every purchase including the first, a beta-distributed chance never to come back.
    """

    rate_shape: float = 0.80  # gamma shape r
    rate_days: float = 30.0  # gamma scale alpha, days: mean rate r / alpha per day
    drop_a: float = 0.80  # beta a, b: mean chance of dropping out after a purchase a / (a + b)
    drop_b: float = 1.80
    habit_monthly_drop: float = 0.030  # chance that a habit ends in a month
    habit_skip: float = 0.04  # a month without a purchase, none the less
    habit_extra_per_month: float = 0.45
    subscription_monthly_end: float = 0.035
    subscriber_extra_per_month: float = 0.35
    seasonal_attend: float = 0.60  # chance to buy in a sales season
    seasonal_drop: float = 0.12  # chance to be lost after each season
    return_share: float = 0.18  # of those who dropped out: come back
    return_after_days: float = 120.0  # at least, plus an exponential with this mean
    return_mean_days: float = 120.0
    dissatisfied_drop_share: float = 0.20  # of drop-outs: complain just after the last purchase
    opted_out_drop_share: float = 0.15  # of drop-outs: unsubscribe just after the last purchase


@dataclass(frozen=True)
class Orders:
    """What an order looks like and what becomes of it."""

    basket_cents: float = 4_200.0  # median over customers
    basket_spread: float = 0.45  # of customers' medians, log scale
    order_spread: float = 0.50  # of one customer's orders around the median, log scale
    subscription_cents: tuple[int, ...] = (1_290, 1_990, 2_990)
    cancelled_per_purchase: float = 0.035  # extra orders beside the ones that count
    pending_per_purchase: float = 0.012
    exchange_per_purchase: float = 0.020
    gift_card_per_purchase: float = 0.012
    anonymous_per_purchase: float = 0.006  # store sales with no identifier at all
    tests_per_block_month: float = 2.0
    coupon_share: float = 0.12
    discount_share: float = 0.22
    partial_refund_share: float = 0.040
    full_refund_share: float = 0.018
    # web, app, phone, marketplace: where orders outside the stores are placed
    remote_channel_shares: tuple[float, ...] = (0.52, 0.27, 0.06, 0.15)
    email_missing_share: float = 0.10  # account orders that carry the customer_id only
    final_version_only_share: float = 0.72  # remote orders exported once, when completed
    late_version_share: float = 0.01  # versions that arrive one monthly file too late


@dataclass(frozen=True)
class Web:
    """Visits. Rates are per customer and year while the customer is a buyer."""

    engaged_visits: float = 78.0
    passive_visits: float = 22.0
    store_minded_visits: float = 7.0
    rate_shape: float = 1.2  # gamma shape of a customer's visit rate
    after_drop_out: float = 0.12  # share of visits that remain once a buyer is lost
    prelude_days: float = 20.0  # visits may begin this long before the first purchase
    bounce_share: float = 0.38
    passers_by_per_customer_year: float = 4.5  # sessions of visitors who are nobody we know
    bots_per_block: int = 3
    sessions_per_bot: int = 220
    open_export_share: float = 0.01  # sessions exported while still open, then once more
    cookie_life_days: float = 300.0  # a device gets a new visitor_id at a random day within this


@dataclass(frozen=True)
class Crm:
    """What the company sends, what customers do with it, and what they say."""

    campaigns_per_month: int = 2
    target_share: float = 0.46  # of the reachable contacts, per campaign
    delivered: float = 0.975
    open_engaged: float = 0.48
    open_passive: float = 0.14
    click_engaged: float = 0.22  # of the openers
    click_passive: float = 0.03
    reply: float = 0.012  # of the openers
    unsubscribe: float = 0.004  # of the openers, per campaign
    after_drop_out: float = 0.35  # share of the reactions that remain
    loyalty_join: float = 0.35
    loyalty_redeem_per_order: float = 0.10
    survey_per_order: float = 0.10
    review_per_order: float = 0.05
    ticket_per_order: float = 0.045
    call_per_order: float = 0.035
    referral_per_order: float = 0.02
    event_per_order: float = 0.02
    complaint_per_order: float = 0.006
    outbound_calls_per_customer: float = 0.15
    hostage_feedback_days: float = 70.0  # mean days between grievances of a hostage
    updated_share: float = 0.01  # touches corrected later, as a second version


@dataclass(frozen=True)
class Defects:
    """Planted faults, as shares of the rows of a file."""

    damaged_share: float = 0.003  # damaged copies of good rows: these must be quarantined
    max_damaged_share: float = 0.02  # of a small file, so that no file is ever held back whole
    duplicate_share: float = 0.001  # exact copies in the same file
    resent_share: float = 0.005  # of every third month's rows: sent again in another file
    untidy_email_share: float = 0.008  # upper case and stray blanks: legal, to be normalised


@dataclass(frozen=True)
class Parameters:
    """All of them; a test or an experiment replaces what it needs with `dataclasses.replace`."""

    people: People = People()
    purchases: Purchases = Purchases()
    orders: Orders = Orders()
    web: Web = Web()
    crm: Crm = Crm()
    defects: Defects = Defects()
