# cython: language_level=3, embedsignature=True, binding=True, autotestdict=False, boundscheck=False, wraparound=False
# cython: cdivision=True
"""Passes over prices that remember the last moves as bits. `_encoders_py` says what is right.

`context` holds the moves so far, newest lowest, under a leading 1 that counts them: 1 is none, 0b101 is down then up.
"""
from libc.float cimport DBL_MAX
from libc.math cimport NAN, fabs

import numpy as np

cdef enum:
    # Prices whose moves are held at once: 8 kB, well within the first cache.
    BLOCK = 2048


def encode(const double[::1] prices, int depth, long long context, double last):
    """The state after each price, -1 before `depth` moves are known; and the context after the last."""
    cdef Py_ssize_t t, n = _checked(prices, depth, context)
    cdef unsigned int bits, known = <unsigned int>context, mask = (1 << depth) - 1
    cdef unsigned int up, moved
    cdef double price
    result = np.empty(n, dtype=np.int32)
    cdef int[::1] out = result
    cdef Py_ssize_t start
    with nogil:
        start = _warmed(prices, depth, &known, &last)
        for t in range(start):
            out[t] = -1
        if start and known >> depth:
            out[start - 1] = <int>(known & mask)
        bits = known
        # No branch: a shift by 0 or 1 and an or, two cycles of dependence for each price.
        for t in range(start, n):
            price = prices[t]
            up = price > last
            moved = up | (price < last)
            bits = (bits << moved) | up
            out[t] = <int>(bits & mask)
            last = price
    return result, _closed(bits, known, depth)


def read(const double[::1] prices, int depth, long long context, double last, const double[::1] table):
    """The table's value for the state after each price, NaN before `depth` moves are known."""
    cdef Py_ssize_t t, n = _checked(prices, depth, context)
    cdef unsigned int bits, known = <unsigned int>context, mask = (1 << depth) - 1
    cdef unsigned int up, moved
    cdef double price
    _sized(table.shape[0], depth, "table")
    result = np.empty(n)
    cdef double[::1] out = result
    cdef Py_ssize_t start
    with nogil:
        start = _warmed(prices, depth, &known, &last)
        for t in range(start):
            out[t] = NAN
        if start and known >> depth:
            out[start - 1] = table[known & mask]
        bits = known
        for t in range(start, n):
            price = prices[t]
            up = price > last
            moved = up | (price < last)
            bits = (bits << moved) | up
            out[t] = table[bits & mask]
            last = price
    return result


def learn(const double[::1] prices, int depth, long long context, double last, double decay,
          double[::1] up, double[::1] down, long long[::1] seen):
    """Count each move under the state before it, in place; what a state had is first multiplied by `decay`.

    Returns the context after the last price.
    """
    cdef Py_ssize_t t, n = _checked(prices, depth, context), state
    cdef unsigned int bits, known = <unsigned int>context, mask = (1 << depth) - 1
    cdef unsigned int rose, moved
    cdef unsigned int[BLOCK] met
    cdef double price
    if not 0.0 < decay <= 1.0:
        raise ValueError(f"decay must lie in (0, 1], was {decay!r}")
    _sized(up.shape[0], depth, "up")
    _sized(down.shape[0], depth, "down")
    _sized(seen.shape[0], depth, "seen")
    cdef Py_ssize_t start, end, i, count
    with nogil:
        start = _warmed(prices, depth, &known, &last)
        bits = known
        while start < n:
            end = start + BLOCK if start + BLOCK < n else n
            count = 0
            # First the moves alone, without a branch: a price that repeats is overwritten by the next.
            for t in range(start, end):
                price = prices[t]
                rose = price > last
                moved = rose | (price < last)
                met[count] = (bits & mask) << 1 | rose
                count += moved
                bits = (bits << moved) | rose
                last = price
            for i in range(count):
                state = met[i] >> 1
                rose = met[i] & 1
                up[state] = up[state] * decay + rose
                down[state] = down[state] * decay + (1 - rose)
                seen[state] += 1
            start = end
    return _closed(bits, known, depth)


cdef Py_ssize_t _warmed(const double[::1] prices, int depth, unsigned int* context, double* last) noexcept nogil:
    """Take prices until the state is known, or all; how many were taken, with context and last as they leave them."""
    cdef Py_ssize_t t = 0, n = prices.shape[0]
    while t < n and not context[0] >> depth:
        # A comparison with NaN, the price before the first, is no move.
        if prices[t] > last[0]:
            context[0] = (context[0] << 1) | 1
        elif prices[t] < last[0]:
            context[0] = context[0] << 1
        last[0] = prices[t]
        t += 1
    return t


cdef unsigned int _closed(unsigned int bits, unsigned int context, int depth) noexcept:
    """The context after `bits`, of which more than `depth` may be set; as it was where no state is known yet."""
    cdef unsigned int top = 1
    top <<= depth
    return (bits & (top - 1)) | top if context >> depth else context


cdef Py_ssize_t _checked(const double[::1] prices, int depth, long long context) except -1:
    cdef Py_ssize_t t, n = prices.shape[0]
    cdef int fits = 1
    if not 1 <= depth <= 24:
        raise ValueError(f"depth must lie in 1..24, was {depth}")
    if not 1 <= context < 1 << (depth + 1):
        raise ValueError(f"context must lie in 1..{(1 << (depth + 1)) - 1}, was {context}")
    for t in range(n):
        fits &= fabs(prices[t]) <= DBL_MAX
    if not fits:
        for t in range(n):
            if not fabs(prices[t]) <= DBL_MAX:
                raise ValueError(f"row {t}: price must be finite, was {prices[t]!r}")
    return n


cdef int _sized(Py_ssize_t length, int depth, str name) except -1:
    if length != 1 << depth:
        raise ValueError(f"{name} must have {1 << depth} values, one for each state, had {length}")
    return 0
