"""The versions in which each order is exported, as rows of the orders feed."""

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.orders import Orders
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.season import DAY_SECONDS, Season

Columns = dict[str, np.ndarray]


def order_rows(
    rng: np.random.Generator, season: Season, parameters: Parameters, orders: Orders
) -> Columns:
    """One entry per order version: which order, its status, refund and `updated_at` (-1: empty).

    A version after the last simulated day is not written, so the last weeks hold orders still paid.
    """
    n = len(orders.number)
    end = season.end_second
    is_remote = orders.channel != v.STORE
    goes_through = orders.outcome == v.COMPLETED
    done_at = orders.ordered_at + np.where(
        is_remote, rng.integers(DAY_SECONDS, 5 * DAY_SECONDS, n), 0
    )
    is_done = goes_through & (done_at < end)
    only_final = rng.random(n) < parameters.orders.final_version_only_share
    shows_paid = goes_through & ((is_remote & ~only_final) | ~is_done)
    sent_at = orders.ordered_at + (done_at - orders.ordered_at) // 3
    shows_sent = shows_paid & (rng.random(n) < 0.25) & (sent_at < end)
    is_cancelled = orders.outcome == v.CANCELLED
    cancelled_at = orders.ordered_at + rng.integers(600, 2 * DAY_SECONDS, n)
    shows_pending = (orders.outcome == v.PENDING) | (
        is_cancelled & ((rng.random(n) < 0.5) | (cancelled_at >= end))
    )
    is_full = orders.is_fully_refunded
    none = np.full(n, -1)
    # Empty updated_at means ordered_at; a later version always says when it was made.
    first_update = np.where(rng.random(n) < 0.4, -1, orders.ordered_at)
    done_update = np.where(is_remote, done_at, first_update)
    refund_status = np.where(is_full, v.REFUNDED, v.COMPLETED)
    stages = (
        (shows_pending, none + 1 + v.PENDING, first_update, none),
        (shows_paid, none + 1 + v.PAID, first_update, none),
        (shows_sent, none + 1 + v.FULFILLED, sent_at, none),
        (is_done, none + 1 + v.COMPLETED, done_update, none),
        (
            is_cancelled & (cancelled_at < end),
            none + 1 + v.CANCELLED,
            cancelled_at,
            none,
        ),
        (orders.refunded_at >= 0, refund_status, orders.refunded_at, orders.refund),
    )
    index = np.concatenate([np.flatnonzero(mask) for mask, *_ in stages])
    status, updated_at, refund = (
        np.concatenate([stage[i][stage[0]] for stage in stages]) for i in (1, 2, 3)
    )
    version = np.concatenate([np.full(mask.sum(), i) for i, (mask, *_) in enumerate(stages)])
    return _columns(rng, season, parameters, orders, index, version, status, updated_at, refund)


def _columns(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    orders: Orders,
    index: np.ndarray,
    *stage: np.ndarray,
) -> Columns:
    version, status, updated_at, refund = stage
    exported_at = np.where(updated_at >= 0, updated_at, orders.ordered_at[index])
    month = season.month_of_second(exported_at)
    is_late = rng.random(len(index)) < parameters.orders.late_version_share
    is_late &= month < len(season.months) - 1
    # What an export leaves empty where nothing was given back or taken off.
    refund = np.where((refund < 0) & (rng.random(len(index)) < 0.5), 0, refund)
    discount = orders.discount[index]
    return {
        "number": orders.number[index],
        "version": version,
        "person": orders.person[index],
        "identifiers": orders.identifiers[index],
        "exported_at": exported_at,
        "ordered_at": orders.ordered_at[index],
        "updated_at": updated_at,
        "file_month": month + is_late,
        "is_late": is_late,
        "status": status,
        "type": orders.type[index],
        "currency": orders.currency[index],
        "gross": orders.gross[index],
        "discount": np.where((discount == 0) & (orders.number[index] % 2 == 0), -1, discount),
        "refund": refund,
        "coupon": orders.coupon[index],
        "is_subscription": orders.is_subscription[index],
        "channel": orders.channel[index],
        "store": orders.store[index],
        "items": orders.items[index],
    }
