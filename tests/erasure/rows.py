"""Rows of a few people that tests ask about."""

ASKED = {"email": "ana@example.com", "requested_at": "2026-03-01 10:00:00+00"}


def order(order_id: str, **more: object) -> dict[str, object]:
    row = {
        "order_id": order_id,
        "ordered_at": "2026-01-05 10:00:00+00",
        "order_status": "paid",
        "currency": "EUR",
        "gross_amount": "20.00",
    }
    return row | more


def touch(touch_id: str, **more: object) -> dict[str, object]:
    row = {
        "touch_id": touch_id,
        "touched_at": "2026-01-06 10:00:00+00",
        "direction": "inbound",
        "channel": "email",
        "touch_type": "replied",
    }
    return row | more


def visit(session_id: str, visitor_id: str, **more: object) -> dict[str, object]:
    row = {
        "session_id": session_id,
        "visitor_id": visitor_id,
        "started_at": "2026-01-07 10:00:00+00",
        "landing_page": "/account",
    }
    return row | more


def contact(contact_id: str, **more: object) -> dict[str, object]:
    row = {
        "contact_id": contact_id,
        "created_at": "2026-01-04 10:00:00+00",
        "full_name": f"Full name of {contact_id}",
        "birth_date": "1980-02-03",
        "consent_email": True,
    }
    return row | more
