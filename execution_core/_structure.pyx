# cython: language_level=3, embedsignature=True, binding=True, autotestdict=False, boundscheck=False, wraparound=False
# cython: cdivision=True
"""Passes over price columns that market-structure detectors share. `_structure_py` says what is right."""
from libc.math cimport INFINITY, isnan
from libc.stdlib cimport free, malloc

import numpy as np


def average_ranges(const double[::1] high, const double[::1] low, const double[::1] close, Py_ssize_t period):
    """Wilder's average true range at each bar; plain means in the first `period`. All of shape (n,), as is the result."""
    cdef Py_ssize_t t, n = _same(high, low), steps
    _same(high, close)
    _at_least(period, 1, "period")
    result = np.empty(n)
    cdef double[::1] out = result
    cdef double top, bottom, average = 0.0
    with nogil:
        for t in range(n):
            top = high[t]
            bottom = low[t]
            if t > 0:
                top = close[t - 1] if close[t - 1] > top else top
                bottom = close[t - 1] if close[t - 1] < bottom else bottom
            steps = t + 1 if t + 1 < period else period
            average += (top - bottom - average) / steps
            out[t] = average
    return result


def peaks(const double[::1] values, Py_ssize_t n):
    """Rows above the `n` values before them and not below the `n` after them, rising."""
    _at_least(n, 1, "n")
    cdef Py_ssize_t t = n, j, found = 0, count = values.shape[0]
    # Two peaks are more than n rows apart.
    result = np.empty(count // (n + 1) + 1, dtype=np.intp)
    cdef Py_ssize_t[::1] out = result
    cdef bint is_peak
    with nogil:
        while t < count - n:
            is_peak = True
            for j in range(t + 1, t + n + 1):
                if values[j] > values[t]:
                    is_peak = False
                    break
            if not is_peak:
                # Nothing between here and the higher value can be above its n successors.
                t = j
                continue
            for j in range(t - 1, t - n - 1, -1):
                if values[j] >= values[t]:
                    is_peak = False
                    break
            if is_peak:
                out[found] = t
                found += 1
                t += n
            t += 1
    return result[:found].copy()


def breaks(const double[::1] close, const double[::1] high, const double[::1] low,
           const Py_ssize_t[::1] tops, const Py_ssize_t[::1] bottoms, Py_ssize_t n):
    """Closes beyond the newest known unbroken peak, and beyond the newest trough; a peak is known n rows later.

    Returns rows, the rows of what was broken, signs (1 up, -1 down), and whether each break turned the trend.
    """
    cdef Py_ssize_t t, count = _same(close, high), found = 0, i = 0, j = 0, top = -1, bottom = -1
    _same(close, low)
    _inside(tops, count)
    _inside(bottoms, count)
    most = tops.shape[0] + bottoms.shape[0]
    rows, broken = np.empty(most, dtype=np.intp), np.empty(most, dtype=np.intp)
    signs, turns = np.empty(most, dtype=np.int8), np.empty(most, dtype=np.bool_)
    cdef Py_ssize_t[::1] out_rows = rows, out_broken = broken
    cdef signed char[::1] out_signs = signs
    cdef unsigned char[::1] out_turns = turns.view(np.uint8)
    cdef double above = INFINITY, below = -INFINITY
    cdef int trend = 0
    with nogil:
        for t in range(count):
            if close[t] > above:
                out_rows[found] = t
                out_broken[found] = top
                out_signs[found] = 1
                out_turns[found] = trend < 0
                found += 1
                trend = 1
                above = INFINITY
            if close[t] < below:
                out_rows[found] = t
                out_broken[found] = bottom
                out_signs[found] = -1
                out_turns[found] = trend > 0
                found += 1
                trend = -1
                below = -INFINITY
            if i < tops.shape[0] and tops[i] + n == t:
                top = tops[i]
                above = high[top]
                i += 1
            if j < bottoms.shape[0] and bottoms[j] + n == t:
                bottom = bottoms[j]
                below = low[bottom]
                j += 1
    return rows[:found].copy(), broken[:found].copy(), signs[:found].copy(), turns[:found].copy()


def first_above(const double[::1] values, const Py_ssize_t[::1] start, const double[::1] level, bint or_at):
    """For each query the first row after `start` (rising) whose value is above `level`, or len(values) where none is.

    `or_at`: a value equal to the level counts as well.
    """
    cdef Py_ssize_t t, q, next_query = 0, held = 0, n = values.shape[0], queries = start.shape[0]
    if level.shape[0] != queries:
        raise ValueError(f"level: expected {queries} values, was {level.shape[0]}")
    for q in range(1, queries):
        if start[q] < start[q - 1]:
            raise ValueError(f"start must rise, was {start[q]} after {start[q - 1]}")
    if queries and start[0] < 0:
        raise ValueError(f"start must be at least 0, was {start[0]}")
    result = np.full(queries, n, dtype=np.intp)
    if queries == 0:
        return result
    cdef Py_ssize_t[::1] out = result
    # The open queries, lowest level first: each bar looks at the lowest alone.
    cdef Py_ssize_t* heap = <Py_ssize_t*>malloc(queries * sizeof(Py_ssize_t))
    if heap == NULL:
        raise MemoryError
    with nogil:
        for t in range(start[0], n):
            while held and (values[t] > level[heap[0]] or (or_at and values[t] == level[heap[0]])):
                out[heap[0]] = t
                held -= 1
                _sink(heap, held, heap[held], level)
            while next_query < queries and start[next_query] == t:
                if not isnan(level[next_query]):
                    _rise(heap, held, next_query, level)
                    held += 1
                next_query += 1
            if held == 0 and next_query == queries:
                break
    free(heap)
    return result


cdef void _rise(Py_ssize_t* heap, Py_ssize_t at, Py_ssize_t query, const double[::1] level) noexcept nogil:
    cdef Py_ssize_t parent
    while at > 0:
        parent = (at - 1) // 2
        if level[heap[parent]] <= level[query]:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = query


cdef void _sink(Py_ssize_t* heap, Py_ssize_t held, Py_ssize_t query, const double[::1] level) noexcept nogil:
    cdef Py_ssize_t at = 0, child
    while True:
        child = 2 * at + 1
        if child >= held:
            break
        if child + 1 < held and level[heap[child + 1]] < level[heap[child]]:
            child += 1
        if level[query] <= level[heap[child]]:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = query


def highest_after(const double[::1] values):
    """The highest of the values after each row; -inf after the last."""
    cdef Py_ssize_t t, n = values.shape[0]
    result = np.empty(n)
    cdef double[::1] out = result
    cdef double highest = -INFINITY
    with nogil:
        for t in range(n - 1, -1, -1):
            out[t] = highest
            if values[t] > highest:
                highest = values[t]
    return result


def highest_of(const double[::1] values, Py_ssize_t width):
    """The highest of the last `width` values at each row, that row included; of fewer in the first rows."""
    _at_least(width, 1, "width")
    cdef Py_ssize_t t, j, at = -1, n = values.shape[0]
    result = np.empty(n)
    cdef double[::1] out = result
    cdef double highest = -INFINITY
    with nogil:
        for t in range(n):
            if values[t] >= highest:
                highest = values[t]
                at = t
            elif at <= t - width:
                # The highest has left the window: look for the newest one of what remains.
                at = t - width + 1
                for j in range(at + 1, t + 1):
                    if values[j] >= values[at]:
                        at = j
                highest = values[at]
            out[t] = highest
    return result


def drifts(const double[::1] values, double slack, double threshold):
    """Page-Hinkley test in both directions, begun anew after each alarm: rows of the alarms, and their signs.

    Upwards: the sum of (value - mean so far - slack) is more than `threshold` above its lowest. NaN values are left out.
    """
    cdef Py_ssize_t t, n = values.shape[0], found = 0, seen = 0
    rows, signs = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.int8)
    cdef Py_ssize_t[::1] out_rows = rows
    cdef signed char[::1] out_signs = signs
    cdef double mean = 0.0, up = 0.0, down = 0.0
    with nogil:
        for t in range(n):
            if isnan(values[t]):
                continue
            seen += 1
            mean += (values[t] - mean) / seen
            up += values[t] - mean - slack
            down += mean - values[t] - slack
            # A sum less its lowest is a sum that does not go below zero.
            up = up if up > 0.0 else 0.0
            down = down if down > 0.0 else 0.0
            if up > threshold or down > threshold:
                out_rows[found] = t
                out_signs[found] = 1 if up > threshold else -1
                found += 1
                seen = 0
                mean = up = down = 0.0
    return rows[:found].copy(), signs[:found].copy()


def states(const double[::1] values, double enter, double leave):
    """Rows at which the state changes, and the new states: 1 from `enter` up until below `leave`, -1 from -`enter` down
    until above -`leave`, else 0. The first value that is a number gives the first state; NaN keeps the last one."""
    cdef Py_ssize_t t, n = values.shape[0], found = 0
    rows, changed = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.int8)
    cdef Py_ssize_t[::1] out_rows = rows
    cdef signed char[::1] out_states = changed
    cdef int state = 2, new
    cdef double value
    with nogil:
        for t in range(n):
            value = values[t]
            if isnan(value):
                continue
            if value >= enter or (state == 1 and value >= leave):
                new = 1
            elif value <= -enter or (state == -1 and value <= -leave):
                new = -1
            else:
                new = 0
            if new != state:
                out_rows[found] = t
                out_states[found] = new
                found += 1
                state = new
    return rows[:found].copy(), changed[:found].copy()


cdef Py_ssize_t _same(const double[::1] first, const double[::1] second) except -1:
    if first.shape[0] != second.shape[0]:
        raise ValueError(f"columns must have one length, were {first.shape[0]} and {second.shape[0]}")
    return first.shape[0]


cdef int _inside(const Py_ssize_t[::1] rows, Py_ssize_t count) except -1:
    cdef Py_ssize_t i, before = -1
    for i in range(rows.shape[0]):
        if not before < rows[i] < count:
            raise ValueError(f"rows must rise and lie in 0..{count - 1}, was {rows[i]} after {before}")
        before = rows[i]
    return 0


cdef int _at_least(Py_ssize_t value, Py_ssize_t least, str name) except -1:
    if value < least:
        raise ValueError(f"{name} must be at least {least}, was {value}")
    return 0
