# cython: language_level=3, embedsignature=True, binding=True, autotestdict=False, boundscheck=False, wraparound=False
# cython: cdivision=True
"""Passes over price columns that market-structure detectors share. `_structure_py` says what is right."""
from libc.math cimport INFINITY, NAN, fabs, isfinite, isnan, nextafter
from libc.stdlib cimport free, malloc

import numpy as np


cdef enum:
    STEP = 16
    MOST_STEPS = 17  # 16 ** 16 values are more than any memory holds


cdef struct Stairs:
    # A column, the maxima of its blocks of STEP values, the maxima of blocks of those, and so on up to one value.
    const double* step[MOST_STEPS]
    Py_ssize_t length[MOST_STEPS]
    Py_ssize_t steps


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

    Returns rows, the rows of what was broken, signs (1 up, -1 down), and whether each break turned the trend: of two at
    one row each is judged by those before it.
    """
    cdef Py_ssize_t t = 0, count = _same(close, high), found = 0, i = 0, j = 0, top = -1, bottom = -1
    cdef Py_ssize_t top_known, bottom_known, stop
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
    # Whether there was a break up since the last one down, and a break down since the last one up.
    cdef bint rose = False, fell = False, up, down
    with nogil:
        while t < count:
            # Nothing but closes up to the row at which the next swing is known.
            top_known = tops[i] + n if i < tops.shape[0] and tops[i] + n >= t else count
            bottom_known = bottoms[j] + n if j < bottoms.shape[0] and bottoms[j] + n >= t else count
            stop = min(min(top_known, bottom_known) + 1, count)
            while t < stop:
                up, down = close[t] > above, close[t] < below
                if up:
                    out_rows[found], out_broken[found], out_signs[found], out_turns[found] = t, top, 1, fell
                    found += 1
                    fell, above = False, INFINITY
                if down:
                    out_rows[found], out_broken[found], out_signs[found], out_turns[found] = t, bottom, -1, rose
                    found += 1
                    rose, below = False, -INFINITY
                rose, fell = rose | up, fell | down
                t += 1
            if top_known < t:
                top = tops[i]
                above = high[top]
                i += 1
            if bottom_known < t:
                bottom = bottoms[j]
                below = low[bottom]
                j += 1
    return rows[:found].copy(), broken[:found].copy(), signs[:found].copy(), turns[:found].copy()


def maxima(const double[::1] values):
    """The highest of each 16 values, of each 16 of those, and so on down to one: what `first_above` skips by."""
    cdef Py_ssize_t i, j, total = 0, length = values.shape[0], begin = 0
    while length > 1:
        length = (length + STEP - 1) // STEP
        total += length
    result = np.empty(total)
    cdef double[::1] out = result
    cdef const double* below = &values[0] if total else NULL
    cdef double highest
    cdef Py_ssize_t count
    length = values.shape[0]
    with nogil:
        while length > 1:
            count = (length + STEP - 1) // STEP
            for i in range(count):
                highest = -INFINITY
                for j in range(i * STEP, min(length, (i + 1) * STEP)):
                    highest = below[j] if below[j] > highest else highest
                out[begin + i] = highest
            below = &out[begin]
            begin += count
            length = count
    return result


def first_above(const double[::1] values, const Py_ssize_t[::1] start, const double[::1] level, bint or_at,
                Py_ssize_t within=0, tops=None):
    """For each query the first row after `start` (rising, from -1) whose value is above `level`, or len(values) where none is.

    `or_at`: a value equal to the level counts as well. `within`: so many rows are looked at, all where it is 0. `tops`
    are `maxima(values)`, where they are at hand.
    """
    cdef Py_ssize_t q, n = values.shape[0], queries = start.shape[0]
    _at_least(within, 0, "within")
    if level.shape[0] != queries:
        raise ValueError(f"level: expected {queries} values, was {level.shape[0]}")
    for q in range(1, queries):
        if start[q] < start[q - 1]:
            raise ValueError(f"start must rise, was {start[q]} after {start[q - 1]}")
    if queries and start[0] < -1:
        raise ValueError(f"start must be at least -1, was {start[0]}")
    result = np.empty(queries, dtype=np.intp)
    cdef Py_ssize_t[::1] out = result
    cdef const double[::1] skips = maxima(values) if tops is None and not within else tops
    cdef Stairs stairs
    if not within:
        _build(&stairs, values, skips)
    cdef double above
    with nogil:
        for q in range(queries):
            if start[q] >= n:
                out[q] = n
                continue
            # At a level or above it is above the number just below it.
            above = nextafter(level[q], -INFINITY) if or_at else level[q]
            out[q] = _near(values, start[q], above, within) if within else _next(&stairs, start[q], above)
    return result


cdef Py_ssize_t _near(const double[::1] values, Py_ssize_t after, double level, Py_ssize_t within) noexcept nogil:
    cdef Py_ssize_t at, n = values.shape[0], end = after + 1 + within if within < n - 1 - after else n
    for at in range(after + 1, end):
        if values[at] > level:
            return at
    return n


cdef int _build(Stairs* stairs, const double[::1] values, const double[::1] tops) except -1:
    cdef Py_ssize_t begin = 0, length = values.shape[0]
    stairs.step[0] = &values[0] if length else NULL
    stairs.length[0] = length
    stairs.steps = 1
    while length > 1:
        length = (length + STEP - 1) // STEP
        if begin + length <= tops.shape[0]:
            stairs.step[stairs.steps] = &tops[begin]
        stairs.length[stairs.steps] = length
        stairs.steps += 1
        begin += length
    if begin != tops.shape[0]:
        raise ValueError(f"tops: expected {begin} values, was {tops.shape[0]}")
    return 0


cdef Py_ssize_t _next(const Stairs* stairs, Py_ssize_t after, double level) noexcept nogil:
    """The next few rows; then up the stairs until a block holds a value above the level, and down again to the value."""
    cdef const double* column = stairs.step[0]
    cdef Py_ssize_t at, end = min(after + 1 + STEP, stairs.length[0]), step = 1
    for at in range(after + 1, end):
        if column[at] > level:
            return at
    if end == stairs.length[0]:
        return end
    at = end // STEP
    while True:
        column = stairs.step[step]
        end = min((at // STEP + 1) * STEP, stairs.length[step])
        while at < end and not column[at] > level:
            at += 1
        if at < end:
            break
        if end == stairs.length[step]:
            return stairs.length[0]
        at = end // STEP
        step += 1
    while step > 0:
        step -= 1
        column = stairs.step[step]
        at *= STEP
        end = min(at + STEP, stairs.length[step])
        while at < end - 1 and not column[at] > level:
            at += 1
    return at


def highest_between(const double[::1] values, const Py_ssize_t[::1] first, const Py_ssize_t[::1] end):
    """The highest of the values from each `first` row up to the row before its `end`."""
    cdef Py_ssize_t i, t, n = values.shape[0], count = first.shape[0]
    if end.shape[0] != count:
        raise ValueError(f"end: expected {count} values, was {end.shape[0]}")
    for i in range(count):
        if not 0 <= first[i] < end[i] <= n:
            raise ValueError(f"rows must lie in 0..{n - 1} and end after their first, were {first[i]} to {end[i]}")
    result = np.empty(count)
    cdef double[::1] out = result
    cdef double highest
    with nogil:
        for i in range(count):
            highest = values[first[i]]
            for t in range(first[i] + 1, end[i]):
                highest = values[t] if values[t] > highest else highest
            out[i] = highest
    return result


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
    const Py_ssize_t* order  # indexes by `known`, NULL where that rises already
    double sign
    signed char kind
    signed char lean
    Py_ssize_t count
    Py_ssize_t at
    Py_ssize_t head  # `known` of the next one, no row where there is none


def in_order(list parts, const double[::1] ranges):
    """One table of events from parts of (formed, known, level, size, is_open, far or None, kind, leans, sign).

    Rows by `known`, otherwise in the order given. Levels are multiplied by the part's sign, directions are leans times
    sign, sizes become multiples of `ranges` at `known` (0 where that is 0). Returns kind, direction, formed, known,
    level, far level (NaN where a part has none), strength, is_open.
    """
    cdef Part table[MOST_PARTS]
    cdef Part* part
    cdef Py_ssize_t used = 0, count = 0, at, i, next_part, row, n = ranges.shape[0]
    cdef bint sooner
    if len(parts) > MOST_PARTS:
        raise ValueError(f"expected at most {MOST_PARTS} parts, was {len(parts)}")
    kept = []  # the columns the table points into
    for given in parts:
        order = _order(given[:6], n)
        if len(given[1]):
            kept.append((given, order))
            _point(&table[used], given, order, n)
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
            # Which part comes next is anyone's guess: no branch on it.
            next_part, row = 0, table[0].head
            for i in range(1, used):
                sooner = table[i].head < row
                next_part, row = i if sooner else next_part, table[i].head if sooner else row
            part = &table[next_part]
            i = _index(part)
            part.at += 1
            part.head = part.known[_index(part)] if part.at < part.count else n
            to_kind[at], to_lean[at] = part.kind, part.lean
            to_formed[at], to_known[at] = part.formed[i], row
            to_level[at] = part.sign * part.level[i]
            to_far[at] = part.sign * part.far[i] if part.far != NULL else NAN
            to_strength[at] = part.size[i] / ranges[row] if ranges[row] > 0.0 else 0.0
            to_open[at] = part.is_open[i]
    return kinds, leans, formed, known, level, far, strength, is_open


cdef inline Py_ssize_t _index(const Part* part) noexcept nogil:
    return part.at if part.order == NULL else part.order[part.at]


cdef _order(tuple columns, Py_ssize_t count):
    """What puts a part in order by `known`, None where it is; raises ValueError where columns differ in length or a row
    is not there."""
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
    return None if rising else np.argsort(columns[1], kind="stable")


cdef int _point(Part* part, tuple given, object order, Py_ssize_t no_row) except -1:
    cdef const Py_ssize_t[::1] formed = given[0], known = given[1], indexes
    cdef const double[::1] level = given[2], size = given[3], far
    cdef const unsigned char[::1] is_open = given[4].view(np.uint8)
    part.formed, part.known = &formed[0], &known[0]
    part.level, part.size = &level[0], &size[0]
    part.is_open = &is_open[0]
    part.far, part.order = NULL, NULL
    if given[5] is not None:
        far = given[5]
        part.far = &far[0]
    if order is not None:
        indexes = order
        part.order = &indexes[0]
    part.sign, part.kind, part.lean = given[8], given[6], given[7] * given[8]
    part.count, part.at = known.shape[0], 0
    part.head = known[_index(part)]
    return 0
