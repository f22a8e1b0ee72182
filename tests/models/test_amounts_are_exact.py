"""No amount loses a cent and no sum overflows, whatever the amounts, currencies and rates."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.readings import TARGETS, modelled_measures, read_measures, rows_of
from tests.oracle.configuration import CurrencyRate
from tests.oracle.mart import rounded
from tests.oracle.records import Order
from tests.oracle.world import World
from tests.worlds.crowds import detailed_world

MOST_AMOUNT = Decimal("9999999999999999.99")
FIRST_DAY = date(1990, 1, 1)
EXACT = Context(prec=100)
# What one unit of each is worth in euros, about: rupiahs and dinars, and a made-up extreme.
UNITS = {
    "EUR": Decimal(1),
    "JPY": Decimal("0.0061"),
    "IDR": Decimal("0.0000489"),
    "KWD": Decimal("2.8"),
    "AAA": Decimal("0.0000000001"),
    "ZZZ": Decimal("99.9999999999"),
}
SEEDS = range(30)

AMOUNTS = """
    select order_id, gross_amount, discount_amount, refund_amount, net_amount
    from compiled.core.fct_orders
"""
SUMS = """
    select
        (select sum(net_amount) from compiled.core.fct_orders where is_purchase),
        (select sum(net_amount) from compiled.core.fct_customer_day),
"""
OF_CUSTOMERS = """
    select
        (
            select sum(net_amount)
            from compiled.core.fct_orders as orders
            inner join compiled.marts.mart_customer_status using (customer_key)
            where is_purchase and order_date <= as_of_date
        ),
        (select sum(net_revenue) from compiled.marts.mart_customer_status),
        (select sum(net_revenue) from compiled.marts.agg_customer_status_daily),
"""


@pytest.fixture(scope="module")
def models() -> Iterator[ModelRun]:
    run = ModelRun(
        compiled_project(*TARGETS, "agg_customer_status_daily", "fct_customer_status_change"),
        plans=False,
    )
    yield run
    run.close()


def amount(source: random.Random) -> Decimal:
    """Of any size: cents, ordinary ones, millions, and the greatest that the feed takes."""
    size = source.choice((0, 1, 2, 4, 8, 15, 16, 18))
    cents = source.choice((10**size - 1, 10**size, source.randrange(10**size + 1)))
    return min(MOST_AMOUNT, Decimal(cents).scaleb(-2))


def rates(source: random.Random) -> tuple[CurrencyRate, ...]:
    """One or two rates of each currency, with all ten digits."""
    found = []
    for currency, unit in UNITS.items():
        for day in {FIRST_DAY, FIRST_DAY + timedelta(days=source.randrange(14_000))}:
            rate = EXACT.multiply(unit, Decimal(source.uniform(0.5, 1)))
            rate = rate.quantize(Decimal("1e-10"), context=EXACT) or Decimal("1e-10")
            rate = unit if source.random() < 0.5 else rate
            found.append(CurrencyRate(currency=currency, effective_from=day, rate=rate))
    return tuple(found)


def extreme_world(seed: int) -> World:
    source = random.Random(seed)
    world = detailed_world(source)

    def extreme(order: Order) -> Order:
        own = random.Random(f"{seed} {order!r}")  # a row that is repeated stays the same row
        return replace(
            order,
            currency=own.choice(list(UNITS)),
            gross_amount=amount(own),
            discount_amount=own.choice((None, amount(own))),
            refund_amount=own.choice((None, None, amount(own))),
        )

    settings = replace(world.settings, reporting_currency=source.choice(list(UNITS)))
    return replace(
        world,
        orders=tuple(map(extreme, world.orders)),
        currency_rates=rates(source),
        settings=settings,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_extreme_amounts_are_exact_to_the_cent(models: ModelRun, seed: int) -> None:
    world = extreme_world(seed)
    models.build(rows_of(world))
    assert modelled_measures(models) == read_measures(world)
    for sums in (SUMS, OF_CUSTOMERS):
        assert len({total or 0 for total in models.rows(sums)[0]}) == 1, sums


@pytest.mark.parametrize("reporting", UNITS)
def test_each_amount_of_an_order_is_converted_exactly(models: ModelRun, reporting: str) -> None:
    source = random.Random(reporting)
    world = extreme_world(1)
    by_currency = {
        rate.currency: rate for rate in reversed(world.currency_rates)
    }  # one rate of each, so that the day does not matter
    orders = {}
    for number in range(500):
        parts = (amount(source), amount(source), amount(source))
        orders[f"order-{number}"] = replace(
            world.orders[0],
            order_id=f"order-{number}",
            currency=source.choice(list(UNITS)),
            **dict(zip(("gross_amount", "discount_amount", "refund_amount"), parts, strict=True)),
        )
    settings = replace(world.settings, reporting_currency=reporting, as_of_date=None)
    models.build(
        rows_of(
            replace(
                world,
                orders=tuple(orders.values()),
                currency_rates=tuple(by_currency.values()),
                settings=settings,
            )
        )
    )
    found = {order_id: amounts for order_id, *amounts in models.rows(AMOUNTS)}
    assert found.keys() == orders.keys()
    for order_id, order in orders.items():
        rate = by_currency[order.currency].rate
        parts = (order.gross_amount, order.discount_amount, order.refund_amount)
        exact = [*parts, EXACT.subtract(EXACT.subtract(parts[0], parts[1]), parts[2])]
        expected = [
            rounded(EXACT.multiply(part, rate), by_currency[reporting].rate, places=2)
            for part in exact
        ]
        assert found[order_id] == expected, order


@pytest.mark.parametrize(
    ("numerator", "denominator", "places", "expected"),
    [
        ("0.005", 1, 2, "0.01"),
        ("-0.005", 1, 2, "-0.01"),
        ("-0.004", 1, 2, "0.00"),
        ("2", 3, 4, "0.6667"),
        ("9999999999999999.99", 2, 2, "5000000000000000.00"),
    ],
)
def test_the_plain_reading_rounds_half_away_from_zero(
    numerator: str, denominator: int, places: int, expected: str
) -> None:
    assert rounded(Decimal(numerator), denominator, places=places) == Decimal(expected)
    assert Fraction(expected) == Fraction(rounded(Decimal(numerator), denominator, places=places))
