# cython: language_level=3, cdivision=True
"""One order as plain C, what asks for it, and the arithmetic of its level. `_order_py.py` says the same in Python."""
from libc.math cimport ceil, fabs, floor, isfinite
from libc.string cimport memcmp

cdef enum:
    MARKET = 0
    LIMIT = 1
    STOP = 2
    TRAIL = 3
    STOP_LIMIT = 4

cdef enum:
    ENTRY_LEG = 0
    STOP_LEG = 1
    TARGET_LEG = 2
    HORIZON_LEG = 3
    MARGIN_LEG = 4
    FLAT_LEG = 5

cdef enum:
    GTC = 0
    IOC = 1
    DAY = 2

cdef packed struct Request:         # one row of `records.REQUEST`
    double quantity                 # of a target: the signed position wanted
    double price
    double trigger
    double stop
    double target
    double trail
    double activation
    double stop_distance
    double target_distance
    double stop_fraction
    double target_fraction
    long long bar
    long long horizon
    long long starts
    long long expires
    long long group
    signed char kind
    signed char side
    signed char tif
    signed char is_reduce_only
    signed char is_target
    signed char unused_1
    signed char unused_2
    signed char unused_3

cdef struct Order:
    long long order_id
    long long entry_id
    signed char kind
    signed char leg
    signed char side
    signed char tif
    signed char move        # that reaches its level: -1 down, +1 up, 0 for a market order or one without a level
    signed char is_working  # these four: see `works`
    signed char is_asleep   # in a bar opened before it starts
    signed char is_spent    # has had of this bar what there was for it
    signed char is_done
    signed char is_reduce_only
    signed char is_target
    signed char born                # move of the entry's fill inside this bar: -1, +1; 0 before or at the open
    double quantity
    double price
    double limit            # of a stop-limit: its price once triggered
    double distance         # of a leg: from the entry's fill, in price ...
    double fraction         # ... and as a fraction of it
    double trail
    double activation
    double starts_at
    double extreme
    long long starts
    long long expires
    long long bars_left
    long long group
    Py_ssize_t entry_event


cdef inline double to_step(double value, double step, bint up) noexcept nogil:
    return value if step == 0.0 else to_whole_step(value, step, up)


cdef inline double to_whole_step(double value, double step, bint up) noexcept nogil:
    cdef double steps, whole, per_unit, scale
    steps = value / step
    if not isfinite(steps):
        return value
    scale = fabs(steps)
    if scale < 1.0:
        scale = 1.0
    if fabs(steps - floor(steps + 0.5)) <= 1e-9 * scale:
        return value
    whole = ceil(steps) if up else floor(steps)
    per_unit = floor(1.0 / step + 0.5)
    if per_unit > 0.0 and fabs(per_unit * step - 1.0) < 1e-12:
        return whole / per_unit
    return whole * step


cdef inline bint works(const Order* o) noexcept nogil:
    """Working, and neither asleep nor spent nor done; asked so often that it is one comparison."""
    return memcmp(&o.is_working, b"\1\0\0\0", 4) == 0


cdef inline bint is_stop(const Order* o) noexcept nogil:
    return o.kind >= STOP


cdef inline void set_price(Order* o, double price) noexcept nogil:
    """The one way to a price, after kind and side."""
    o.price = price
    o.move = 0 if price == 0.0 or o.kind == MARKET else (-o.side if o.kind == LIMIT else o.side)


cdef inline double trigger(const Order* o, double beyond) noexcept nogil:
    return o.price - o.side * beyond if o.kind == LIMIT else o.price


cdef inline bint is_reached(const Order* o, double price, double beyond) noexcept nogil:
    return price <= trigger(o, beyond) if o.move < 0 else price >= trigger(o, beyond)


cdef inline void pull(Order* o, double favourable, double tick) noexcept nogil:
    """Let a trailing stop follow the best price seen; it never goes back."""
    cdef double level
    if o.extreme == 0.0:
        if o.starts_at != 0.0 and (favourable - o.starts_at) * o.side > 0.0:
            return
        o.extreme = favourable
    elif (o.extreme - favourable) * o.side > 0.0:
        o.extreme = favourable
    level = o.extreme + o.side * o.trail
    if level <= 0.0:
        return
    level = to_step(level, tick, o.side < 0)
    if level > 0.0 and (o.price == 0.0 or (o.price - level) * o.side > 0.0):
        set_price(o, level)


cdef inline void start_trail(Order* o, double reference, double tick) noexcept nogil:
    if o.activation != 0.0:
        o.starts_at = reference - o.side * o.activation
    else:
        pull(o, reference, tick)


cdef inline void place_leg(Order* o, double filled_at, double tick) noexcept nogil:
    """Give a leg without a level of its own the one it has from the entry's fill."""
    cdef double away = o.distance + o.fraction * filled_at
    cdef double level
    if o.price != 0.0 or away == 0.0:
        return
    # A sell leg protects a long: its stop lies below the fill, its target above.
    level = filled_at + (o.side if o.leg == STOP_LEG else -o.side) * away
    if level > 0.0:
        set_price(o, to_step(level, tick, o.side < 0))
