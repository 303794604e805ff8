# cython: language_level=3, cdivision=True
"""Strategies that run without Python. `strategies.py` says what they are, `_turns_py.py` runs them in Python."""
from libc.math cimport sqrt

cdef enum:
    SMA_CROSS = 0
    MOMENTUM = 1
    ASMBTR_ODDS = 2
    MARKOV_ODDS = 3

cdef struct Counts:         # what followed a state
    double up
    double down
    double squares          # of the weights of both
    double seen

cdef struct Strategy:
    int kind
    Py_ssize_t fast
    Py_ssize_t slow
    double fast_share
    double slow_share
    double fast_sum
    double slow_sum
    int side                # the last one; 0 before the first, and where the odds say nothing
    # of the odds
    int depth
    unsigned int moves      # so far, the newest lowest, under a leading 1; no more than `depth` of them
    double decay
    double z                # of the interval's confidence
    double least
    Counts* counts          # one for each state
    Py_ssize_t span
    double width
    signed char* labels     # of the last `span` returns
    double squares


cdef inline int side_of(double lead, int side) noexcept nogil:
    return 1 if lead > 0.0 else (-1 if lead < 0.0 else side)


cdef inline Py_ssize_t cross(Strategy* s, const double* close, Py_ssize_t i, Py_ssize_t count) noexcept nogil:
    cdef double fast = s.fast_sum, slow = s.slow_sum
    cdef double fast_share = s.fast_share, slow_share = s.slow_share
    cdef const double* fast_close = close - s.fast
    cdef const double* slow_close = close - s.slow
    cdef double side = s.side
    # The first sign of all says nothing about when it came.
    while i < count and side == 0.0:
        fast = fast + close[i]
        slow = slow + close[i]
        if i >= s.fast:
            fast = fast - fast_close[i]
        if i >= s.slow:
            slow = slow - slow_close[i]
        if i >= s.slow - 1:
            side = side_of(fast * fast_share - slow * slow_share, 0)
        i += 1
    while i < count:
        fast = (fast + close[i]) - fast_close[i]
        slow = (slow + close[i]) - slow_close[i]
        if (fast * fast_share - slow * slow_share) * side < 0.0:
            side = -side
            break
        i += 1
    s.fast_sum = fast
    s.slow_sum = slow
    s.side = <int> side
    return i


cdef inline int lean_of(const Counts* c, double least, double z) noexcept nogil:
    """1 where the Wilson interval of the share of `up` lies above one half, -1 where below, else 0."""
    cdef double total = c.up + c.down, share, n, zz = z * z, centre, half
    if c.seen < least:
        return 0
    share = c.up / total
    n = total * total / c.squares
    centre = (share + zz / (2.0 * n)) / (1.0 + zz / n)
    half = z / (1.0 + zz / n) * sqrt(share * (1.0 - share) / n + zz / (4.0 * n * n))
    return 1 if centre - half > 0.5 else (-1 if centre + half < 0.5 else 0)


cdef inline void count(Counts* c, bint is_up, double decay) noexcept nogil:
    c.up = c.up * decay + is_up
    c.down = c.down * decay + (not is_up)
    c.squares = c.squares * (decay * decay) + 1.0
    c.seen += 1.0


cdef inline Py_ssize_t asmbtr(Strategy* s, const double* close, Py_ssize_t i, Py_ssize_t end) noexcept nogil:
    cdef unsigned int moves = s.moves, top = 1u << s.depth
    cdef bint is_up
    cdef int side = s.side, now
    if i == 0:
        i = 1
    while i < end:
        if close[i] != close[i - 1]:
            is_up = close[i] > close[i - 1]
            if moves >= top:
                count(&s.counts[moves - top], is_up, s.decay)
                moves -= top
                moves = ((moves << 1) & (top - 1)) | is_up | top
            else:
                moves = (moves << 1) | is_up
            if moves >= top:
                now = lean_of(&s.counts[moves - top], s.least, s.z)
                if now != side:
                    side = now
                    break
        i += 1
    s.moves = moves
    s.side = side
    return i if i < end else end


cdef inline Py_ssize_t regimes(Strategy* s, const double* close, Py_ssize_t i, Py_ssize_t end) noexcept nogil:
    cdef double gained, beyond
    cdef int side = s.side, now
    cdef signed char label
    cdef signed char* slot
    if i < s.span:
        i = s.span
    while i < end:
        gained = close[i] / close[i - s.span] - 1.0
        s.squares = s.squares + gained * gained
        beyond = s.width * sqrt(s.squares / (i - s.span + 1))
        label = 2 if gained > beyond else (0 if gained < -beyond else 1)
        slot = &s.labels[i % s.span]
        if i >= 2 * s.span and label != 1:
            count(&s.counts[slot[0]], label == 2, 1.0)
        slot[0] = label
        now = lean_of(&s.counts[label], s.least, s.z)
        if now != side:
            side = now
            break
        i += 1
    s.side = side
    return i if i < end else end


cdef inline Py_ssize_t next_turn(Strategy* s, const double* close, Py_ssize_t i, Py_ssize_t count) noexcept nogil:
    """The first bar from `i` on after whose close the strategy turns to `s.side`; `count` where there is none. Each
    bar is looked at once, in order."""
    cdef int side = s.side, now
    if s.kind == SMA_CROSS:
        return cross(s, close, i, count)
    if s.kind == ASMBTR_ODDS:
        return asmbtr(s, close, i, count)
    if s.kind == MARKOV_ODDS:
        return regimes(s, close, i, count)
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
