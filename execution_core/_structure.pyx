# cython: language_level=3, embedsignature=True, binding=True, autotestdict=False, boundscheck=False, wraparound=False
# cython: cdivision=True
"""Passes over price columns that market-structure detectors share. `_structure_py` says what is right."""
from libc.math cimport INFINITY, NAN, fabs, isfinite, isnan, nextafter
from libc.stdlib cimport free, malloc

import numpy as np


cdef enum:
    NEAR = 64


cdef struct Query:
    double level
    Py_ssize_t number


cdef struct Waiting:
    # Open queries. The lowest few in falling order, so that the lowest is the last: price is near them, and new ones
    # mostly belong among them. The others, none lower than these, as a heap.
    Query near[NEAR]
    Py_ssize_t near_count
    Query* far
    Py_ssize_t far_count


def average_ranges(const double[::1] high, const double[::1] low, const double[::1] close, Py_ssize_t period):
    """Wilder's average true range at each bar; plain means in the first `period`. All of shape (n,), as is the result."""
    cdef Py_ssize_t t, n = _same(high, low)
    _same(high, close)
    _at_least(period, 1, "period")
    result = np.empty(n)
    cdef double[::1] out = result
    cdef double top, bottom, average = 0.0, new = 1.0 / period, old = 1.0 - new
    with nogil:
        for t in range(n):
            top = high[t]
            bottom = low[t]
            if t > 0:
                top = close[t - 1] if close[t - 1] > top else top
                bottom = close[t - 1] if close[t - 1] < bottom else bottom
            if t < period:
                average += (top - bottom - average) / (t + 1)
            else:
                average = old * average + new * (top - bottom)
            out[t] = average
    return result


def peaks(const double[::1] values, Py_ssize_t n):
    """Rows above the `n` values before them and not below the `n` after them, rising."""
    _at_least(n, 1, "n")
    cdef Py_ssize_t t, found = 0, count = values.shape[0]
    if count < 2 * n + 1:
        return np.empty(0, dtype=np.intp)
    highest = highest_of(values, n)
    # Two peaks are more than n rows apart; one row more, because a row is written before it is known to be a peak.
    result = np.empty(count // (n + 1) + 2, dtype=np.intp)
    cdef const double[::1] top = highest
    cdef Py_ssize_t[::1] out = result
    with nogil:
        for t in range(n, count - n):
            out[found] = t
            found += (values[t] > top[t - 1]) & (values[t] >= top[t + n])
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
    """For each query the first row after `start` (rising, from -1) whose value is above `level`, or len(values) where none is.

    `or_at`: a value equal to the level counts as well.
    """
    cdef Py_ssize_t t, q, next_query = 0, n = values.shape[0], queries = start.shape[0]
    if level.shape[0] != queries:
        raise ValueError(f"level: expected {queries} values, was {level.shape[0]}")
    for q in range(1, queries):
        if start[q] < start[q - 1]:
            raise ValueError(f"start must rise, was {start[q]} after {start[q - 1]}")
    if queries and start[0] < -1:
        raise ValueError(f"start must be at least -1, was {start[0]}")
    result = np.full(queries, n, dtype=np.intp)
    if queries == 0:
        return result
    cdef Py_ssize_t[::1] out = result
    cdef Waiting waiting
    waiting.near_count = waiting.far_count = 0
    waiting.far = <Query*>malloc(queries * sizeof(Query))
    if waiting.far == NULL:
        raise MemoryError
    cdef double lowest = INFINITY, price
    cdef Py_ssize_t stop
    t = start[0] if start[0] > 0 else 0
    with nogil:
        while True:
            # Bars up to the next query's start can only end queries; a query sees the bars after its own start.
            stop = start[next_query] + 1 if next_query < queries and start[next_query] < n else n
            if waiting.near_count == 0:
                t = stop
            while t < stop:
                if values[t] > lowest:
                    out[waiting.near[waiting.near_count - 1].number] = t
                    lowest = _without_lowest(&waiting)
                else:
                    t += 1
            if next_query == queries or start[next_query] >= n:
                break
            # At a level or above it is above the number just below it.
            price = nextafter(level[next_query], -INFINITY) if or_at else level[next_query]
            if not isnan(price):
                lowest = _with(&waiting, Query(price, next_query))
            next_query += 1
    free(waiting.far)
    return result


cdef double _with(Waiting* waiting, Query query) noexcept nogil:
    """Take the query in; give the lowest level now waiting."""
    cdef Py_ssize_t at = waiting.near_count, moved
    if waiting.far_count and at and query.level >= waiting.near[0].level:
        _rise(waiting.far, waiting.far_count, query)
        waiting.far_count += 1
        return waiting.near[at - 1].level
    if at == NEAR:
        # The higher half goes to the heap.
        for moved in range(NEAR // 2):
            _rise(waiting.far, waiting.far_count, waiting.near[moved])
            waiting.far_count += 1
            waiting.near[moved] = waiting.near[moved + NEAR // 2]
        at = NEAR // 2
        waiting.near_count = at
        if query.level >= waiting.near[0].level:
            _rise(waiting.far, waiting.far_count, query)
            waiting.far_count += 1
            return waiting.near[at - 1].level
    while at > 0 and waiting.near[at - 1].level < query.level:
        waiting.near[at] = waiting.near[at - 1]
        at -= 1
    waiting.near[at] = query
    waiting.near_count += 1
    return waiting.near[waiting.near_count - 1].level


cdef double _without_lowest(Waiting* waiting) noexcept nogil:
    """Let go of the lowest query; give the lowest level still waiting, infinity where none is."""
    waiting.near_count -= 1
    if waiting.near_count == 0 and waiting.far_count:
        waiting.near[0] = waiting.far[0]
        waiting.near_count = 1
        waiting.far_count -= 1
        _sink(waiting.far, waiting.far_count, waiting.far[waiting.far_count])
    return waiting.near[waiting.near_count - 1].level if waiting.near_count else INFINITY


cdef void _rise(Query* heap, Py_ssize_t at, Query query) noexcept nogil:
    cdef Py_ssize_t parent
    while at > 0:
        parent = (at - 1) // 2
        if heap[parent].level <= query.level:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = query


cdef void _sink(Query* heap, Py_ssize_t held, Query query) noexcept nogil:
    cdef Py_ssize_t at = 0, child
    while True:
        child = 2 * at + 1
        if child >= held:
            break
        if child + 1 < held and heap[child + 1].level < heap[child].level:
            child += 1
        if query.level <= heap[child].level:
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
    cdef Py_ssize_t t, j, begin = 0, n = values.shape[0]
    result = np.empty(n)
    cdef double[::1] out = result
    if width > n:
        width = n
    if n == 0:
        return result
    # Blocks of `width`: a window is the end of one block and the beginning of the next (van Herk, 1992).
    cdef double* ending = <double*>malloc((width + 1) * sizeof(double))
    if ending == NULL:
        raise MemoryError
    cdef double highest
    with nogil:
        for j in range(width + 1):
            ending[j] = -INFINITY
        while begin < n:
            highest = -INFINITY
            for t in range(begin, begin + width if begin + width < n else n):
                highest = values[t] if values[t] > highest else highest
                out[t] = ending[t - begin + 1] if ending[t - begin + 1] > highest else highest
            if begin + width >= n:
                break
            highest = -INFINITY
            for j in range(width - 1, 0, -1):
                highest = values[begin + j] if values[begin + j] > highest else highest
                ending[j] = highest
            begin += width
    free(ending)
    return result


def means_of(const double[::1] values, Py_ssize_t width):
    """The mean of the last `width` values at each row, from a running sum; NaN in the first rows."""
    _at_least(width, 1, "width")
    cdef Py_ssize_t t, n = values.shape[0]
    result = np.empty(n)
    cdef double[::1] out = result
    cdef double total = 0.0
    with nogil:
        for t in range(n):
            total += values[t]
            if t >= width:
                total -= values[t - width]
            out[t] = total / width if t >= width - 1 else NAN
    return result


def drifts(const double[::1] values, double slack, double threshold):
    """Page-Hinkley test in both directions, begun anew after each alarm: rows of the alarms, and their signs.

    Upwards: the sum of (value - mean so far - slack) is more than `threshold` above its lowest. Values that are not finite are left out.
    """
    cdef Py_ssize_t t, n = values.shape[0], found = 0, seen = 0
    rows, signs = np.empty(n, dtype=np.intp), np.empty(n, dtype=np.int8)
    cdef Py_ssize_t[::1] out_rows = rows
    cdef signed char[::1] out_signs = signs
    cdef double total = 0.0, mean, up = 0.0, down = 0.0
    with nogil:
        for t in range(n):
            if not isfinite(values[t]):
                continue
            seen += 1
            total += values[t]
            mean = total / seen
            up += values[t] - mean - slack
            down += mean - values[t] - slack
            # A sum less its lowest is a sum that does not go below zero; half of the branches would be mispredicted.
            up = 0.5 * (up + fabs(up))
            down = 0.5 * (down + fabs(down))
            if up > threshold or down > threshold:
                out_rows[found] = t
                out_signs[found] = 1 if up > threshold else -1
                found += 1
                seen = 0
                total = up = down = 0.0
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


cdef enum:
    MOST_PARTS = 16


cdef struct Part:
    const Py_ssize_t* formed
    const Py_ssize_t* known
    const double* level
    const double* size
    const double* far
    const unsigned char* is_open
    double sign
    signed char kind
    signed char lean
    Py_ssize_t count
    Py_ssize_t at


def in_order(list parts, const double[::1] ranges):
    """One table of events from parts of (formed, known, level, size, is_open, far or None, kind, leans, sign).

    Rows by `known`, otherwise in the order given. Levels are multiplied by the part's sign, directions are leans times
    sign, sizes become multiples of `ranges` at `known` (0 where that is 0). Returns kind, direction, formed, known,
    level, far level (NaN where a part has none), strength, is_open.
    """
    cdef Part table[MOST_PARTS]
    cdef Part* part
    cdef Py_ssize_t used = 0, count = 0, at, i, next_part, row, n = ranges.shape[0]
    if len(parts) > MOST_PARTS:
        raise ValueError(f"expected at most {MOST_PARTS} parts, was {len(parts)}")
    kept = []  # the columns the table points into
    for given in parts:
        columns = _rising(given[:6], n)
        if len(columns[1]):
            kept.append(columns)
            _point(&table[used], columns, given[6], given[7], given[8])
            count += table[used].count
            used += 1
    kinds, leans = np.empty(count, dtype=np.int8), np.empty(count, dtype=np.int8)
    formed, known = np.empty(count, dtype=np.intp), np.empty(count, dtype=np.intp)
    level, far, strength = np.empty(count), np.empty(count), np.empty(count)
    is_open = np.empty(count, dtype=np.bool_)
    cdef signed char[::1] to_kind = kinds, to_lean = leans
    cdef Py_ssize_t[::1] to_formed = formed, to_known = known
    cdef double[::1] to_level = level, to_far = far, to_strength = strength
    cdef unsigned char[::1] to_open = is_open.view(np.uint8)
    with nogil:
        for at in range(count):
            next_part, row = 0, n
            for i in range(used):
                if table[i].at < table[i].count and table[i].known[table[i].at] < row:
                    next_part, row = i, table[i].known[table[i].at]
            part = &table[next_part]
            i = part.at
            part.at += 1
            to_kind[at], to_lean[at] = part.kind, part.lean
            to_formed[at], to_known[at] = part.formed[i], row
            to_level[at] = part.sign * part.level[i]
            to_far[at] = part.sign * part.far[i] if part.far != NULL else NAN
            to_strength[at] = part.size[i] / ranges[row] if ranges[row] > 0.0 else 0.0
            to_open[at] = part.is_open[i]
    return kinds, leans, formed, known, level, far, strength, is_open


cdef _rising(tuple columns, Py_ssize_t count):
    """The columns of a part by `known`; raises ValueError where they differ in length or a row is not there."""
    cdef const Py_ssize_t[::1] known = columns[1]
    cdef Py_ssize_t i
    cdef bint rising = True
    for column in columns:
        if column is not None and len(column) != known.shape[0]:
            raise ValueError(f"columns of a part must have one length, were {known.shape[0]} and {len(column)}")
    for i in range(known.shape[0]):
        if not 0 <= known[i] < count:
            raise ValueError(f"known rows must lie in 0..{count - 1}, was {known[i]}")
        rising = rising and (i == 0 or known[i - 1] <= known[i])
    if rising:
        return columns
    order = np.argsort(columns[1], kind="stable")
    return tuple([None if column is None else column[order] for column in columns])


cdef int _point(Part* part, tuple columns, signed char kind, signed char leans, signed char sign) except -1:
    cdef const Py_ssize_t[::1] formed = columns[0], known = columns[1]
    cdef const double[::1] level = columns[2], size = columns[3], far
    cdef const unsigned char[::1] is_open = columns[4].view(np.uint8)
    part.formed, part.known = &formed[0], &known[0]
    part.level, part.size = &level[0], &size[0]
    part.is_open = &is_open[0]
    part.far = NULL
    if columns[5] is not None:
        far = columns[5]
        part.far = &far[0]
    part.sign, part.kind, part.lean = sign, kind, leans * sign
    part.count, part.at = known.shape[0], 0
    return 0
