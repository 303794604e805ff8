# cython: language_level=3
"""Strategies that run without Python. `strategies.py` says what they are, `_run_py.py` runs them in Python."""

cdef enum:
    SMA_CROSS = 0
    MOMENTUM = 1

cdef struct Strategy:
    int kind
    Py_ssize_t fast
    Py_ssize_t slow
    double fast_share
    double slow_share
    double fast_sum
    double slow_sum
    int side                # the last one; 0 before the first


cdef inline int side_of(double lead, int side) noexcept nogil:
    return 1 if lead > 0.0 else (-1 if lead < 0.0 else side)


cdef inline Py_ssize_t cross(Strategy* s, const double* close, Py_ssize_t i, Py_ssize_t count) noexcept nogil:
    cdef double fast = s.fast_sum, slow = s.slow_sum
    cdef double fast_share = s.fast_share, slow_share = s.slow_share
    cdef const double* fast_close = close - s.fast
    cdef const double* slow_close = close - s.slow
    cdef int side = s.side, now
    while i < count and i < s.slow:
        fast = fast + close[i]
        slow = slow + close[i]
        if i >= s.fast:
            fast = fast - fast_close[i]
        if i == s.slow - 1:
            # The first sign of all says nothing about when it came.
            side = side_of(fast * fast_share - slow * slow_share, 0)
        i += 1
    while i < count:
        fast = (fast + close[i]) - fast_close[i]
        slow = (slow + close[i]) - slow_close[i]
        now = side_of(fast * fast_share - slow * slow_share, side)
        if now != side:
            if side != 0:
                side = now
                break
            side = now
        i += 1
    s.fast_sum = fast
    s.slow_sum = slow
    s.side = side
    return i


cdef inline Py_ssize_t next_turn(Strategy* s, const double* close, Py_ssize_t i, Py_ssize_t count) noexcept nogil:
    """The first bar from `i` on after whose close the strategy turns to `s.side`; `count` where there is none. Each
    bar is looked at once, in order."""
    cdef int side = s.side, now
    if s.kind == SMA_CROSS:
        return cross(s, close, i, count)
    if i < s.slow:
        i = s.slow
    while i < count:
        now = side_of(close[i] - close[i - s.slow], side)
        if now != side:
            if side != 0:
                side = now
                break
            side = now
        i += 1
    s.side = side
    return i if i < count else count
