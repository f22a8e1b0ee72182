"""Each branch of a shipped mapping does what it says: one row of an export for each.

All rows of a vendor lie in one file, for a file takes half a second.
"""

import json
from collections.abc import Sequence

from tests.ingest.shop import Shop, csv_text

SHOPIFY = {
    "Email": "ana@example.com",
    "Financial Status": "paid",
    "Paid at": "",
    "Fulfillment Status": "",
    "Currency": "EUR",
    "Subtotal": "80.00",
    "Discount Amount": "20.00",
    "Created at": "2026-01-05 10:00:00 +0100",
    "Lineitem quantity": "1",
    "Lineitem name": "Scarf",
    "Lineitem price": "100.00",
    "Cancelled at": "",
    "Payment Method": "Shopify Payments",
    "Refunded Amount": "0.00",
}
WOOCOMMERCE = {
    "order_date": "2026-01-05 10:00:00",
    "paid_date": "",
    "status": "completed",
    "discount_total": "4.00",
    "order_subtotal": "40.00",
    "order_currency": "EUR",
    "customer_id": "7",
    "customer_email": "account@example.com",
    "billing_email": "",
    "coupon_items": "",
    "refund_items": "",
}
HUBSPOT = {
    "created": 1767607200000,
    "emailCampaignId": 2310,
    "recipient": "ana@example.com",
    "type": "OPEN",
}
KLAVIYO = {
    "person_id": "p1",
    "occurred_at": "2026-01-05 10:00:00",
    "campaign_id": "",
    "flow_id": "f1",
}
UNSUBSCRIBED = [{"id": 1, "status": "UNSUBSCRIBED"}]
CANCELLED = {"Cancelled at": "2026-01-06 10:00:00 +0100"}
FULFILLED = {"Fulfillment Status": "fulfilled"}


def status(name: str) -> dict[str, str]:
    return {"Financial Status": name}


# What a row differs in from the usual one, and the order_status, order_type, gross_amount and
# refund_amount that come of it.
OF_SHOPIFY = [
    (status("paid"), ("paid", "sale", "100.00", "0.00")),
    (status("paid") | FULFILLED, ("fulfilled", "sale", "100.00", "0.00")),
    (
        status("paid") | {"Fulfillment Status": "partial"},
        ("paid", "sale", "100.00", "0.00"),
    ),
    (status("paid") | CANCELLED, ("cancelled", "sale", "100.00", "0.00")),
    (status("refunded") | CANCELLED, ("cancelled", "sale", "100.00", "80.00")),
    (status("refunded"), ("refunded", "sale", "100.00", "80.00")),
    (
        status("refunded") | {"Refunded Amount": "84.90"},
        ("refunded", "sale", "100.00", "80.00"),
    ),
    (
        status("partially_refunded") | {"Refunded Amount": "30.00"},
        ("paid", "sale", "100.00", "30.00"),
    ),
    (
        status("partially_refunded") | FULFILLED | {"Refunded Amount": "30.00"},
        ("fulfilled", "sale", "100.00", "30.00"),
    ),
    # shipping and taxes were given back as well
    (
        status("partially_refunded") | {"Refunded Amount": "84.90"},
        ("paid", "sale", "100.00", "80.00"),
    ),
    (status("pending"), ("pending", "sale", "100.00", "0.00")),
    (status("authorized"), ("pending", "sale", "100.00", "0.00")),
    (status("partially_paid"), ("pending", "sale", "100.00", "0.00")),
    (status("voided"), ("cancelled", "sale", "100.00", "0.00")),
    (status("expired"), ("cancelled", "sale", "100.00", "0.00")),
    ({"Payment Method": "Bogus"}, ("paid", "test", "100.00", "0.00")),
    ({"Payment Method": "(for testing) Bogus Gateway"}, ("paid", "test", "100.00", "0.00")),
    ({"Payment Method": ""}, ("paid", "sale", "100.00", "0.00")),
    ({"Discount Amount": ""}, ("paid", "sale", "80.00", "0.00")),
]


def numbered(key: str, usual: dict, given: Sequence[dict]) -> list[dict]:
    """A row for each difference from the usual one, known by its number."""
    return [usual | {key: f"row {number:03}"} | one for number, one in enumerate(given)]


def test_orders_of_shopify(shop: Shop) -> None:
    rows = numbered("Name", SHOPIFY, [given for given, _ in OF_SHOPIFY])
    shop.land("shopify_orders/a.csv", csv_text(rows))
    shop.ingest()
    found = shop.raw(
        "order_id, order_status, order_type, gross_amount::varchar, refund_amount::varchar"
    )
    assert [row[1:] for row in found] == [expected for _, expected in OF_SHOPIFY]


# What a row differs in, and order_status, refund_amount, customer_id and email.
ACCOUNT = ("7", "account@example.com")
OF_WOOCOMMERCE = [
    *(
        ({"status": given}, (order_status, None, *ACCOUNT))
        for given, order_status in {
            "processing": "paid",
            "wc-processing": "paid",
            "completed": "completed",
            "wc-completed": "completed",
            "on-hold": "pending",
            "checkout-draft": "pending",
            "pending": "pending",
            "failed": "cancelled",
            "trash": "cancelled",
            "cancelled": "cancelled",
        }.items()
    ),
    ({"status": "refunded"}, ("refunded", "36.00", *ACCOUNT)),
    ({"status": "refunded", "discount_total": ""}, ("refunded", "40.00", *ACCOUNT)),
    (
        {"status": "refunded", "refund_items": "amount:5.00|reason:|date:x"},
        ("refunded", "36.00", *ACCOUNT),
    ),
    (
        {"refund_items": "amount:5.00|reason:|date:x; amount:2.50|reason:a"},
        ("completed", "7.50", *ACCOUNT),
    ),
    ({"refund_items": "amount:5|reason:|date:x"}, ("completed", "5.00", *ACCOUNT)),
    ({"refund_items": "amount:41.00|reason:|date:x"}, ("completed", "36.00", *ACCOUNT)),
    ({"customer_id": "0"}, ("completed", None, None, "account@example.com")),
    ({"billing_email": "bill@example.com"}, ("completed", None, "7", "bill@example.com")),
]


def test_orders_of_woocommerce(shop: Shop) -> None:
    rows = numbered("order_id", WOOCOMMERCE, [given for given, _ in OF_WOOCOMMERCE])
    shop.land("woocommerce_orders/a.csv", csv_text(rows))
    shop.ingest()
    found = shop.raw("order_id, order_status, refund_amount::varchar, customer_id, email")
    assert [row[1:] for row in found] == [expected for _, expected in OF_WOOCOMMERCE]


# What an event differs in, and direction and touch_type; None if it is no touch.
OF_HUBSPOT = [
    ({"type": "SENT"}, ("outbound", "sent")),
    ({"type": "DELIVERED"}, ("outbound", "delivered")),
    ({"type": "OPEN"}, ("inbound", "opened")),
    ({"type": "OPEN", "filteredEvent": False}, ("inbound", "opened")),
    ({"type": "OPEN", "filteredEvent": True}, None),
    ({"type": "CLICK"}, ("inbound", "clicked")),
    ({"type": "SPAMREPORT"}, ("inbound", "unsubscribed")),
    (
        {"type": "STATUSCHANGE", "portalSubscriptionStatus": "UNSUBSCRIBED"},
        ("inbound", "unsubscribed"),
    ),
    ({"type": "STATUSCHANGE", "subscriptions": UNSUBSCRIBED}, ("inbound", "unsubscribed")),
    ({"type": "STATUSCHANGE", "portalSubscriptionStatus": "SUBSCRIBED"}, None),
    ({"type": "STATUSCHANGE"}, None),
    ({"type": "BOUNCE"}, None),
]


def test_events_of_hubspot(shop: Shop) -> None:
    rows = numbered("id", HUBSPOT, [given for given, _ in OF_HUBSPOT])
    shop.land("hubspot_email_events/a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    shop.ingest("crm_touches")
    found = dict(shop.raw("left(touch_id, 7), (direction, touch_type)", "crm_touches"))
    touches = [found.get(row["id"]) for row in rows]
    assert touches == [expected for _, expected in OF_HUBSPOT]


# direction, channel and touch_type of each kind of event.
OF_KLAVIYO = {
    "Received Email": ("outbound", "email", "delivered"),
    "Opened Email": ("inbound", "email", "opened"),
    "Clicked Email": ("inbound", "email", "clicked"),
    "Unsubscribed": ("inbound", "email", "unsubscribed"),
    "Unsubscribed from List": ("inbound", "email", "unsubscribed"),
    "Unsubscribed from Email Marketing": ("inbound", "email", "unsubscribed"),
    "Marked Email as Spam": ("inbound", "email", "unsubscribed"),
    "Received SMS": ("outbound", "sms", "delivered"),
    "Clicked SMS": ("inbound", "sms", "clicked"),
    "Sent SMS": ("inbound", "sms", "replied"),
    "Unsubscribed from SMS": ("inbound", "sms", "unsubscribed"),
    "Unsubscribed from SMS Marketing": ("inbound", "sms", "unsubscribed"),
    "Received Push": ("outbound", "push", "delivered"),
    "Opened Push": ("inbound", "push", "clicked"),
}


def test_events_of_klaviyo(shop: Shop) -> None:
    rows = numbered("event_id", KLAVIYO, [{"type": kind} for kind in OF_KLAVIYO])
    shop.land("klaviyo_events/a.csv", csv_text(rows))
    shop.ingest("crm_touches")
    found = shop.raw("touch_id, direction, channel, touch_type, campaign_id", "crm_touches")
    assert [row[1:] for row in found] == [(*touch, "f1") for touch in OF_KLAVIYO.values()]


def test_invoices_of_online_retail(shop: Shop) -> None:
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    lines = [
        f"{number},A,,{quantity},2010-12-01 08:26:00,1.5,1,Eire\n"
        for number, quantity in (("500", 3), ("C501", -3), ("c502", -3), ("A503", 1))
    ]
    shop.land("online_retail/a.csv", header + "".join(lines))
    shop.ingest()
    assert shop.raw("order_id, order_status, gross_amount::varchar") == [
        ("500", "completed", "4.50"),
        ("C501", "cancelled", "4.50"),
        ("c502", "cancelled", "4.50"),
    ]
