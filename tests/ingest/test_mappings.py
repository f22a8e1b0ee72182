"""Mappings: how a vendor's columns become a feed's, and what a mapping may and may not do."""

import json

import pytest

from customer_status.environment.errors import UserError
from customer_status.ingest.landing import Landing, discover
from customer_status.ingest.ledger import Receipt, read_receipts
from customer_status.ingest.mappings import SHIPPED_MAPPINGS, mappings_in_force
from customer_status.ingest.run import FeedOutcome, ingest_feed
from customer_status.settings.config import write_config
from tests.ingest.shop import NOW, Shop, csv_text, good_rows

# The columns of a till that knows no feed.
TILL = """\
-- feed: orders
-- optional: Voucher
select
    _row_number,
    "Ticket" as order_id,
    "Day" as ordered_at,
    'completed' as order_status,
    'EUR' as currency,
    "Paid" as gross_amount,
    "Voucher" as coupon_code
from export
"""
TICKETS = "Ticket,Day,Paid\n0007,2026-01-05,10.50\n0008,2026-01-06,3\n"


class Till:
    """A shop with a mapping of its own, ``till``, in its configuration."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.config = shop.folder / "config"
        self.says(TILL)

    def says(self, text: str, name: str = "till") -> None:
        path = self.config / "mappings" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def discover(self) -> Landing:
        return discover(self.shop.landing, world=self.shop.world, config=self.config)

    def ingest(self, feed: str = "orders") -> FeedOutcome:
        files = self.discover().files[feed]
        shop = self.shop
        return ingest_feed(feed, files, world=shop.world, settings=shop.settings, now=NOW)

    def ingest_one(self) -> Receipt:
        (receipt,) = self.ingest().receipts
        return receipt


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


def test_a_mapping_gives_a_vendors_columns_the_names_of_the_feed(till: Till) -> None:
    till.shop.land("till/a.csv", TICKETS)
    receipt = till.ingest_one()
    assert (receipt.state, receipt.mapping, receipt.file_name) == ("accepted", "till", "till/a.csv")
    assert till.shop.raw("order_id, ordered_at::varchar, gross_amount::varchar, coupon_code") == [
        ("0007", "2026-01-05 00:00:00+00", "10.50", None),
        ("0008", "2026-01-06 00:00:00+00", "3.00", None),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.parquet"])
def test_a_mapping_reads_every_format_with_columns_in_any_case(till: Till, name: str) -> None:
    query = "select ' 0007 ' as ticket, '2026-01-05' as \"DAY\", 10.5::double as \"Paid \""
    if name.endswith(".parquet"):
        till.shop.land_parquet(f"till/{name}", query)
    elif name.endswith(".jsonl"):
        till.shop.land(f"till/{name}", '{"ticket":" 0007 ","DAY":"2026-01-05","Paid ":10.5}\n')
    else:
        till.shop.land(f"till/{name}", "ticket,DAY,Paid \n 0007 ,2026-01-05,10.5\n")
    assert till.ingest_one().held_reason is None
    assert till.shop.raw("order_id, gross_amount::varchar") == [("0007", "10.50")]


def test_feeds_and_mappings_lie_side_by_side(till: Till) -> None:
    till.shop.land("till/a.csv", TICKETS)
    till.shop.land("orders/b.csv", csv_text(good_rows("orders", 1)))
    assert [receipt.file_name for receipt in till.ingest().receipts] == [
        "orders/b.csv",
        "till/a.csv",
    ]
    assert till.shop.raw("order_id") == [("0007",), ("0008",), ("good0",)]


def test_a_missing_column_of_the_vendor_holds_the_file_and_is_named(till: Till) -> None:
    till.shop.land("till/a.csv", "Ticket,Voucher\n7,X\n")
    assert till.ingest_one().held_reason == (
        "the file lacks the required columns Day, Paid, which the mapping till reads"
    )
    assert till.shop.raw("order_id") == []


def test_a_column_that_the_file_has_twice_is_not_guessed(till: Till) -> None:
    till.shop.land("till/a.csv", "Ticket,Day,Paid,paid\n7,2026-01-05,1,2\n")
    assert "two of its columns are named Paid" in till.ingest_one().held_reason
    till.shop.land("till/a.csv", "Ticket,Day,Paid,Note,Note\n7,2026-01-05,1,,\n")
    assert till.ingest_one().state == "accepted"


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("select order_id from (values ('1')) as v(order_id)", "gives no ordered_at"),
        (TILL.replace("as order_id", "as order_nr"), "column order_nr, which orders does not have"),
        (TILL.replace("as order_id", "as order_idd"), "is order_id meant?"),
        (TILL + "order by nothing_here.x", "is no query (Binder Error"),
        ("select from export from", "is no query (Parser Error"),
        (TILL.replace('"Paid"', 'cast("Paid" as date)'), "fails on one of its values"),
    ],
)
def test_a_mapping_that_does_not_work_is_blamed(till: Till, query: str, complaint: str) -> None:
    till.says(query if query.startswith("--") else f"-- feed: orders\n{query}")
    till.shop.land("till/a.csv", TICKETS)
    receipt = till.ingest_one()
    assert receipt.state == "held"
    assert "its mapping till " in receipt.held_reason
    assert complaint in receipt.held_reason
    assert "10.50" not in receipt.held_reason


def test_a_bad_row_is_quarantined_with_its_number_and_as_it_was_mapped(till: Till) -> None:
    rows = "".join(f"{number},2026-01-05,1\n" for number in range(2, 40))
    till.shop.land("till/a.csv", f"Ticket,Day,Paid\n1,yesterday,1\n{rows}")
    receipt = till.ingest_one()
    assert (receipt.rows_in_export, receipt.rows_read, receipt.rows_quarantined) == (39, 39, 1)
    ((number, reasons, original),) = till.shop.quarantine("row_number, reasons, original::json")
    assert (number, json.loads(original)["ordered_at"]) == (1, "yesterday")
    assert "ordered_at 'yesterday' is not a timestamp" in reasons[0]


def test_what_was_quarantined_can_be_corrected_as_a_row_of_the_feed(till: Till) -> None:
    rows = "".join(f"{number},2026-01-05,1\n" for number in range(2, 40))
    till.shop.land("till/a.csv", f"Ticket,Day,Paid\n1,yesterday,1\n{rows}")
    till.ingest()
    ((original,),) = till.shop.quarantine("original")
    till.shop.land("orders/corrected.jsonl", original.replace("yesterday", "2026-01-05") + "\n")
    assert till.ingest_one().rows_accepted == 1
    assert till.shop.raw("_extra") == [(None,)] * 39


def test_a_row_of_the_wrong_shape_is_quarantined_and_never_mapped(till: Till) -> None:
    rows = "".join(f"{number},2026-01-05,1\n" for number in range(2, 40))
    till.shop.land("till/a.csv", f"Ticket,Day,Paid\n1,2026-01-05\n{rows}")
    receipt = till.ingest_one()
    assert (receipt.rows_read, receipt.rows_accepted, receipt.rows_passed_over) == (39, 38, 0)
    assert till.shop.quarantine("row_number, reasons, original") == [
        (1, ["the row has 2 values where the header has 3"], '{"_row":["1","2026-01-05"]}')
    ]


def test_rows_that_a_mapping_leaves_out_or_puts_together_are_counted(till: Till) -> None:
    till.says(
        "-- feed: orders\n"
        'select min(_row_number) as _row_number, count(*) as _export_rows, "Ticket" as order_id,'
        " min(\"Day\") as ordered_at, 'paid' as order_status, 'EUR' as currency,"
        ' sum("Paid"::decimal(18, 2)) as gross_amount from export where "Paid" <> \'0\''
        ' group by "Ticket"'
    )
    lines = ["1,2026-01-05,2", "1,2026-01-05,3", "2,2026-01-05,4", "3,2026-01-05,0"]
    till.shop.land("till/a.csv", "Ticket,Day,Paid\n" + "\n".join(lines))
    receipt = till.ingest_one()
    assert (receipt.rows_in_export, receipt.rows_read, receipt.rows_passed_over) == (4, 2, 1)
    assert till.shop.raw("order_id, gross_amount::varchar") == [("1", "5.00"), ("2", "4.00")]


def test_a_header_without_rows_can_lack_a_column(till: Till) -> None:
    till.shop.land("till/a.csv", "Ticket,Day\n")
    assert "lacks the required column Paid" in till.ingest_one().held_reason


@pytest.mark.parametrize("content", ["Ticket,Day,Paid\n", ""])
def test_an_export_without_rows_gives_none(till: Till, content: str) -> None:
    till.shop.land("till/a.csv" if content else "till/a.jsonl", content)
    receipt = till.ingest_one()
    assert (receipt.state, receipt.rows_read, receipt.rows_in_export) == ("accepted", 0, 0)


def test_a_changed_mapping_reads_its_files_again_and_replaces_their_rows(till: Till) -> None:
    till.shop.land("till/a.csv", TICKETS)
    till.shop.land("orders/b.csv", csv_text(good_rows("orders", 1)))
    till.ingest()
    till.says(TILL.replace("'completed'", "'paid'").replace('"Ticket"', "'T-' || \"Ticket\""))
    outcome = till.ingest()
    assert ([r.file_name for r in outcome.receipts], outcome.known) == (["till/a.csv"], 1)
    assert till.shop.raw("order_id") == [("T-0007",), ("T-0008",), ("good0",)]
    assert len(read_receipts(till.shop.world)) == 2
    assert till.ingest().known == 2


def test_rows_stay_until_the_changed_mapping_is_accepted(till: Till) -> None:
    till.shop.land("till/a.csv", TICKETS)
    till.ingest()
    till.says(TILL.replace("'completed'", "'gone'"))
    assert till.ingest_one().state == "held"
    assert till.shop.raw("order_id") == [("0007",), ("0008",)]
    till.says(TILL)
    assert till.ingest().known == 1


def test_a_run_that_dies_between_two_readings_leaves_one(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.shop.land("till/a.csv", TICKETS)
    till.ingest()
    till.says(TILL.replace('"Ticket"', "'T-' || \"Ticket\""))
    with monkeypatch.context() as patch:
        patch.setattr("customer_status.ingest.run._superseded", lambda *_: [])
        till.ingest()
        assert len(till.shop.raw("order_id")) == 4
    till.ingest()
    assert till.shop.raw("order_id") == [("T-0007",), ("T-0008",)]


def test_a_file_of_a_feed_is_known_by_its_bytes_alone(till: Till) -> None:
    path = till.shop.land("orders/a.csv", csv_text(good_rows("orders", 1)))
    till.shop.land("till/a.csv", path.read_bytes())
    files = {file.name: file for file in till.discover().files["orders"]}
    feed, mapped = files["orders/a.csv"], files["till/a.csv"]
    assert feed.file_id == feed.content_id == mapped.content_id
    assert mapped.file_id != mapped.content_id


def test_a_mapping_of_the_business_replaces_the_shipped_one(till: Till) -> None:
    till.says(TILL, name="shopify_orders")
    mappings = mappings_in_force(till.config)
    assert mappings["shopify_orders"].text == TILL
    assert set(mappings) == {path.stem for path in SHIPPED_MAPPINGS.glob("*.sql")} | {"till"}
    assert mappings_in_force(None)["shopify_orders"].text != TILL


def test_a_configuration_of_mappings_alone_is_one(till: Till) -> None:
    folder = till.shop.folder / "in force"
    write_config(folder, overlay=till.config, run_date=NOW.date(), as_of_date=None)
    assert not list(folder.rglob("*.sql"))


@pytest.mark.parametrize(
    ("header", "separator", "encoding", "name"),
    [
        ("-- separator: semicolon", ";", "utf-8", "a.csv"),
        ("-- separator: tab", "\t", "utf-8", "a.tsv.gz"),
        ("-- separator: bar\n-- encoding: latin-1", "|", "latin-1", "a.txt"),
        ("-- columns: Ticket, Day, Paid, Voucher\n-- separator: blanks", "  ", "utf-8", "a.txt"),
        ("-- encoding: latin-1", ",", "latin-1", "a.csv.gz"),
        ("-- encoding: latin-1", ",", "utf-8", "a.csv"),
    ],
)
def test_text_of_another_layout_is_read_where_the_mapping_names_it(
    till: Till, header: str, separator: str, encoding: str, name: str
) -> None:
    till.says(f"{header}\n{TILL}")
    lines = [] if "columns" in header else [["Ticket", "Day", "Paid", "Voucher"]]
    lines += [["0007", "2026-01-05", "1", "AÑO"], ["0008", "2026-01-06", "2", "£5"]]
    text = "".join(separator.join(line) + "\r\n" for line in lines)
    till.shop.land(f"till/{name}", text.encode(encoding))
    assert till.ingest_one().held_reason is None
    assert till.shop.raw("order_id, coupon_code") == [("0007", "AÑO"), ("0008", "£5")]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("till", "select 1", "does not say its feed"),
        ("till", "-- feed: order\nselect 1", "says feed 'order'"),
        ("till", "-- feed: orders\n", "holds no query"),
        ("till", "-- feed: orders\n-- optinal: A\nselect 1", "'optinal'; is 'optional' meant?"),
        ("till", "-- feed: orders\n-- separator: ;\nselect 1", "says separator ';'"),
        ("orders", TILL, "is named like a feed"),
    ],
)
def test_a_mapping_that_makes_no_sense_stops_the_run(
    till: Till, name: str, text: str, complaint: str
) -> None:
    till.shop.land("till/a.csv", TICKETS)
    till.says(text, name=name)
    with pytest.raises(UserError) as error:
        till.discover()
    message = str(error.value)
    assert f"mappings/{name}.sql" in message
    assert complaint in message
    assert "\n" not in message


def test_a_folder_that_is_almost_a_mapping_is_told(till: Till) -> None:
    for folder in ("till", "shopify_order", "notes"):
        till.shop.land(f"{folder}/a.csv", TICKETS)
    landing = till.discover()
    assert landing.ignored == ("notes", "shopify_order")
    assert landing.meant == {"shopify_order": "shopify_orders"}


def test_keys_of_json_are_columns_whatever_is_in_their_names(till: Till) -> None:
    till.says(TILL.replace('"Paid"', '"$paid/net.x"'))
    till.shop.land("till/a.jsonl", '{"Ticket":7,"Day":"2026-01-05","$paid/net.x":"4"}\nno json\n')
    receipt = till.ingest_one()
    assert (receipt.rows_read, receipt.rows_in_export) == (2, 2)
    assert "1 of 2 rows are bad" in receipt.held_reason
