# cython: language_level=3, cdivision=True
"""Requests that need no further look, as nearly all do. Of the others `_door.py` and `_columns.py` say what does not
fit, or that they do: these functions may doubt what is right, and never pass what is not."""
from execution_core._order cimport DAY, LIMIT, MARKET, STOP, STOP_LIMIT, TRAIL, Request


cdef inline bint is_amount(double value) noexcept nogil:
    return 0.0 <= value < 1e300


cdef inline bint is_without_levels(const Request* r) noexcept nogil:
    return (
        r.stop == 0.0 and r.target == 0.0 and r.trail == 0.0 and r.activation == 0.0 and r.stop_distance == 0.0
        and r.target_distance == 0.0 and r.trigger == 0.0
    )


cdef inline bint are_fractions_fit(const Request* r) noexcept nogil:
    return 0.0 <= r.stop_fraction < 1.0 and 0.0 <= r.target_fraction < 1.0


cdef inline bint is_plain_target(const Request* r) noexcept nogil:
    return -1e300 < r.quantity < 1e300 and r.horizon == 0 and is_without_levels(r) and are_fractions_fit(r)


cdef inline bint is_plain_order(const Request* r) noexcept nogil:
    """A market, limit or stop order whose legs, if any, lie at a fraction of the fill."""
    return (
        0.0 < r.quantity < 1e300 and r.side != 0
        and (r.price == 0.0 if r.kind == MARKET else (r.kind == LIMIT or r.kind == STOP) and 0.0 < r.price < 1e300)
        and is_without_levels(r) and are_fractions_fit(r)
        and not (r.is_reduce_only and (r.stop_fraction != 0.0 or r.target_fraction != 0.0))
    )


cdef inline bint is_plain_row(const Request* r) noexcept nogil:
    return (
        (r.side == 1 or r.side == -1 or r.is_target == 1) and MARKET <= r.kind <= STOP_LIMIT and r.kind != TRAIL
        and 0 <= r.tif <= DAY and 0 <= r.is_target <= 1 and 0 <= r.is_reduce_only <= 1
        and (-1e300 < r.quantity < 1e300 and r.kind == MARKET if r.is_target else 0.0 < r.quantity < 1e300)
        and (r.kind == MARKET) == (r.price == 0.0) and (r.kind == STOP_LIMIT) == (r.trigger != 0.0)
        and is_amount(r.price) and is_amount(r.trigger) and is_amount(r.stop) and is_amount(r.target)
        and is_amount(r.trail) and is_amount(r.activation) and is_amount(r.stop_distance)
        and is_amount(r.target_distance) and are_fractions_fit(r)
        and r.horizon >= 0 and r.starts >= 0 and r.expires >= 0 and r.group >= 0
    )


cdef inline bint are_plain_requests(const Request* rows, Py_ssize_t count, Py_ssize_t bars) noexcept nogil:
    """Rows of an array, in the order of their bars, of which there are so many."""
    cdef Py_ssize_t i
    cdef long long before = -1
    for i in range(count):
        if not (before <= rows[i].bar < bars and is_plain_row(&rows[i])):
            return False
        before = rows[i].bar
    return True
