# cython: language_level=3, cdivision=True
"""The account's circuit breakers and its end of day. `_guard_py.py` says the same in Python.

A breaker that trips cancels what could open or enlarge a position, closes positions at the next open where it is told
to, and stays until it is reset by hand. Protective legs of a position it leaves open stay as they are.
"""
from libc.math cimport fabs, sqrt
from execution_core._book cimport (
    CANCELLED, CONTRACT_LIMIT, DAILY_LOSS, DRAWDOWN, END_OF_DAY, LOSING_STREAK, NO_REASON, ORDER_RATE, POSITION, STALE_DATA, TRADE_RATE,
    TRIPPED, VOLATILITY, Account, Book, Guard, append, end, equity_of, mark_of, reserve, sweep, tell,
)
from execution_core._order cimport ENTRY_LEG, FLAT_LEG, MARKET, Order

cdef enum:
    RETURNS = 20            # bars over which volatility is averaged, and after which it counts

cdef inline long long floor_div(long long value, long long by) noexcept nogil:
    cdef long long whole = value // by
    return whole - 1 if whole * by > value else whole


cdef inline long long day_end(const Account* a, long long at) noexcept nogil:
    """The first end of a day after `at`."""
    cdef long long day = 86_400_000_000_000
    return (floor_div(at - a.day_starts, day) + 1) * day + a.day_starts


cdef inline void stand_down(Account* a, int reason, bint is_flattening) noexcept nogil:
    """Cancel what could open a position in any symbol; close positions at the next open where asked to."""
    cdef Book* b = a.first
    cdef Py_ssize_t i
    cdef Order* o
    cdef bint is_closing
    while b != NULL:
        if not reserve(b, 1):
            b.is_out_of_memory = True
            return
        is_closing = False
        for i in range(b.order_count):
            o = &b.orders[i]
            if o.leg == FLAT_LEG and not o.is_done:
                is_closing = True
            elif o.leg == ENTRY_LEG and not o.is_done and not o.is_reduce_only:
                end(b, o, CANCELLED, reason)
        if is_flattening and b.position != 0.0 and not is_closing:
            append(b, b.next_id, 0, MARKET, FLAT_LEG, -1 if b.position > 0.0 else 1, fabs(b.position))
            b.next_id += 1
        sweep(b)
        b.is_busy = True
        b = b.next


cdef inline void trip(Book* b, int reason) noexcept nogil:
    cdef Guard* g = &b.account.guard
    cdef Order nobody
    if g.tripped_by != NO_REASON:
        return
    g.tripped_by = reason
    g.tripped_at = b.clock
    if not reserve(b, 1):
        b.is_out_of_memory = True
        return
    nobody.order_id = nobody.entry_id = 0
    nobody.leg = ENTRY_LEG
    nobody.side = 0
    nobody.quantity = 0.0
    tell(b, &nobody, TRIPPED, reason)
    stand_down(b.account, reason, g.is_flattening)


cdef inline int breach_of(const Book* b, const Guard* g, double equity) noexcept nogil:
    cdef double lost = g.day_began_with - equity
    cdef double base = g.began_with if g.is_static else g.peak
    if (g.daily_loss > 0.0 and lost >= g.daily_loss * g.day_began_with) or 0.0 < g.daily_loss_amount <= lost:
        return DAILY_LOSS
    if g.drawdown > 0.0 and base - equity >= g.drawdown * base:
        return DRAWDOWN
    if 0 < g.losing_streak <= g.streak:
        return LOSING_STREAK
    if 0.0 < g.position < fabs(b.position):
        return POSITION
    if g.volatility > 0.0 and b.returns >= RETURNS and sqrt(b.variance) > g.volatility:
        return VOLATILITY
    if g.is_hasty:
        return TRADE_RATE
    return NO_REASON


cdef inline void watch_feed(Book* b, long long opened) noexcept nogil:
    """Trip where a symbol's data were away for too long."""
    cdef Guard* g = &b.account.guard
    if g.stale_seconds > 0.0 and b.bars > 0 and opened - b.clock > g.stale_seconds * 1e9:
        trip(b, STALE_DATA)


cdef inline void watch_account(Book* b, long long opened, double previous) noexcept nogil:
    """Look at the marked account after a bar of `b` that was opened then, `previous` being the last mark before it."""
    cdef Account* a = b.account
    cdef Guard* g = &a.guard
    cdef double equity = equity_of(a)
    cdef double change, weight = 2.0 / (RETURNS + 1.0)
    cdef long long end_ns, span = b.clock - opened
    cdef int reason
    # A bar that closes as the day ends belongs to that day.
    cdef long long day = day_end(a, b.clock - 1)
    if day != g.day:
        if g.day != 0:
            g.day_began_with = g.last_equity
        g.day = day
    g.last_equity = equity
    if equity > g.peak:
        g.peak = equity
    if previous > 0.0:
        change = mark_of(b) / previous - 1.0
        b.variance = (1.0 - weight) * b.variance + weight * change * change
        b.returns += 1
    if g.cutoff > 0:
        end_ns = day_end(a, b.clock)
        if b.clock + span > end_ns - g.cutoff or b.clock >= end_ns - g.cutoff:
            g.closing_until = end_ns
            stand_down(a, END_OF_DAY, True)
    if g.tripped_by == NO_REASON:
        reason = breach_of(b, g, equity)
        if reason != NO_REASON:
            trip(b, reason)
    g.is_hasty = False


cdef inline void note_order(Book* b) noexcept nogil:
    """Count an order that was taken; trip where its minute has too many."""
    cdef Guard* g = &b.account.guard
    cdef long long minute = floor_div(b.clock, 60_000_000_000)
    if minute != g.minute:
        g.minute = minute
        g.orders_in_minute = 0
    g.orders_in_minute += 1
    if 0 < g.orders_per_minute < g.orders_in_minute:
        trip(b, ORDER_RATE)


cdef inline int refusal_by_guard(const Book* b, int side, double quantity, bint reduces) noexcept nogil:
    cdef const Guard* g = &b.account.guard
    if reduces:
        return NO_REASON
    if g.tripped_by != NO_REASON:
        return g.tripped_by
    if b.clock < g.closing_until:
        return END_OF_DAY
    if g.contracts > 0.0 and fabs(b.position + side * quantity) > g.contracts:
        return CONTRACT_LIMIT
    return NO_REASON


cdef inline void reset_guard(Account* a) noexcept nogil:
    """By hand only: start again from what the account is worth now."""
    cdef Guard* g = &a.guard
    cdef Book* b = a.first
    while b != NULL:
        b.returns = 0
        b.variance = 0.0
        b = b.next
    g.tripped_by = NO_REASON
    g.tripped_at = 0
    g.streak = 0
    g.minute = 0
    g.orders_in_minute = 0
    g.is_hasty = False
    g.peak = g.day_began_with = g.began_with = equity_of(a)
