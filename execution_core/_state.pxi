# From settings and saved states to books, and back.

cdef int _set_up_book(Book* b, dict how) except -1:
    b.path = _records.PATHS.index(how["path"])
    b.is_at_limit = how["limit_gap"] == "at_limit"
    b.is_same_close = how["fill_timing"] == "same_close"
    b.beyond = how["tick"] if how["limit_fill"] == "through" else 0.0
    b.probability = how["fill_probability"] if how["limit_fill"] == "prob" else 1.0
    b.seed = how["seed"]
    b.maker_fee = how["maker_fee"]
    b.taker_fee = how["taker_fee"]
    b.fixed_fee = how["fixed_fee"]
    b.min_fee = how["min_fee"]
    b.slippage = how["slippage"] + how["spread"] / 2.0
    b.slip_step = how["slippage_ticks"] * how["tick"]
    b.impact = how["impact"]
    b.participation = how["participation"]
    b.funding_rate = how["funding_rate"]
    b.borrow_rate = how["borrow_rate"]
    b.tick = how["tick"]
    b.lot = how["lot"]
    b.min_notional = how["min_notional"]
    return 0


cdef int _set_up_account(Account* a, dict how) except -1:
    cdef Guard* g = &a.guard
    cdef dict rules = {**_rules.KNOWN, **how["rules"]}
    a.cash = how["cash"]
    a.leverage = how["leverage"]
    a.maintenance = how["maintenance"]
    a.day_starts = how["day_starts"] * 1_000_000_000
    a.is_guarded = bool(how["rules"])
    g.daily_loss = rules["daily_loss"]
    g.daily_loss_amount = rules["daily_loss_amount"]
    g.drawdown = rules["drawdown"]
    g.is_static = rules["drawdown_from"] == "start"
    g.losing_streak = rules["losing_streak"]
    g.position = rules["position"]
    g.contracts = rules["contracts"]
    g.orders_per_minute = rules["orders_per_minute"]
    g.seconds_between_trades = rules["seconds_between_trades"]
    g.volatility = rules["volatility"]
    g.stale_seconds = rules["stale_seconds"]
    g.cutoff = rules["cutoff_minutes"] * 60_000_000_000
    g.is_flattening = rules["flatten"]
    g.began_with = g.peak = g.day_began_with = g.last_equity = a.cash
    return 0


cdef int _join(Account* a, Book* b) except -1:
    cdef Book* last = a.first
    b.account = a
    if last == NULL:
        a.first = b
    else:
        while last.next != NULL:
            last = last.next
        last.next = b
    a.books += 1
    return 0


cdef dict _levels(const Request* r):
    return {
        "price": r.price, "trigger": r.trigger, "stop": r.stop, "target": r.target, "trail": r.trail,
        "activation": r.activation, "stop_distance": r.stop_distance, "target_distance": r.target_distance,
        "stop_fraction": r.stop_fraction, "target_fraction": r.target_fraction,
    }


cdef object _event(const Event* e):
    return _OrderEvent(
        _EVENT_NAMES[e.what], e.order_id, e.entry_id, _LEG_NAMES[e.leg], _side_name(e.side), e.quantity, e.price,
        e.fee, e.realised, e.at, bool(e.is_ambiguous), _REASON_NAMES[e.reason], e.closed, e.entry_price,
        e.trade_fees, e.opened_at,
    )


cdef object _open_order(const Order* o):
    return _OpenOrder(
        o.order_id, o.entry_id, _LEG_NAMES[o.leg], _KIND_NAMES[o.kind], _side_name(o.side), bool(o.is_working),
        o.quantity, o.price, o.starts, o.expires, o.bars_left, bool(o.is_reduce_only),
    )


cdef list _order_row(const Order* o):
    return [
        o.order_id, o.entry_id, _KIND_NAMES[o.kind], _LEG_NAMES[o.leg], o.side, _TIF_NAMES[o.tif],
        bool(o.is_working), bool(o.is_reduce_only), bool(o.is_target), o.quantity, o.price, o.limit,
        o.distance, o.fraction, o.trail, o.activation, o.starts_at, o.extreme, o.starts, o.expires,
        o.bars_left, o.group,
    ]


cdef dict _account_of(const Book* b):
    return {
        "cash": b.account.cash, "position": b.position, "average_price": b.average_price,
        "realised": b.realised, "fees": b.fees, "funding": b.funding,
        "bid": b.bid, "ask": b.ask, "entry_fees": b.entry_fees, "variance": b.variance, "returns": b.returns,
        "opened_at": b.opened_at, "carried_at": b.carried_at, "clock": b.clock, "bars": b.bars,
        "ambiguous_bars": b.ambiguous_bars, "next_id": b.next_id,
    }


cdef dict _guard_of(const Guard* g):
    return {
        "began_with": g.began_with, "peak": g.peak, "day_began_with": g.day_began_with,
        "last_equity": g.last_equity, "day": g.day, "streak": g.streak, "minute": g.minute,
        "orders_in_minute": g.orders_in_minute, "last_entry": g.last_entry, "closing_until": g.closing_until,
        "is_hasty": bool(g.is_hasty), "tripped_at": g.tripped_at, "tripped_by": _REASON_NAMES[g.tripped_by],
    }


cdef int _set_order(Book* b, dict named) except -1:
    cdef Order* o = append(
        b, named["order_id"], named["entry_id"], _KIND_CODES[named["kind"]], _LEG_CODES[named["leg"]],
        named["side"], named["quantity"],
    )
    o.tif = _TIF_CODES[named["tif"]]
    o.is_working = named["is_working"]
    o.is_reduce_only = named["is_reduce_only"]
    o.is_target = named["is_target"]
    set_price(o, named["price"])
    o.limit = named["limit"]
    o.distance = named["distance"]
    o.fraction = named["fraction"]
    o.trail = named["trail"]
    o.activation = named["activation"]
    o.starts_at = named["starts_at"]
    o.extreme = named["extreme"]
    o.starts = named["starts"]
    o.expires = named["expires"]
    o.bars_left = named["bars_left"]
    o.group = named["group"]
    return 0


cdef int _set_event(Book* b, object told) except -1:
    cdef Event* e = &b.events[b.event_count]
    b.event_count += 1
    memset(e, 0, sizeof(Event))
    e.what = _EVENT_NAMES.index(told.what)
    e.leg = _LEG_CODES[told.leg]
    e.side = _SIDE_CODES.get(told.side, 0)
    e.reason = _REASON_NAMES.index(told.reason)
    e.is_ambiguous = told.is_ambiguous
    e.order_id = told.order_id
    e.entry_id = told.entry_id
    e.at = told.at
    e.opened_at = told.opened_at
    e.quantity = told.quantity
    e.price = told.price
    e.fee = told.fee
    e.realised = told.realised
    e.closed = told.closed
    e.entry_price = told.entry_price
    e.trade_fees = told.trade_fees
    return 0


cdef int _set_account(Book* b, dict account) except -1:
    b.position = account["position"]
    b.average_price = account["average_price"]
    b.realised = account["realised"]
    b.fees = account["fees"]
    b.funding = account["funding"]
    b.bid = account["bid"]
    b.ask = account["ask"]
    b.entry_fees = account["entry_fees"]
    b.variance = account["variance"]
    b.returns = account["returns"]
    b.opened_at = account["opened_at"]
    b.carried_at = account["carried_at"]
    b.clock = account["clock"]
    b.bars = account["bars"]
    b.ambiguous_bars = account["ambiguous_bars"]
    b.next_id = account["next_id"]
    b.played_bars = b.bars
    return 0


cdef int _set_guard(Account* a, dict guard) except -1:
    cdef Guard* g = &a.guard
    g.began_with = guard["began_with"]
    g.peak = guard["peak"]
    g.day_began_with = guard["day_began_with"]
    g.last_equity = guard["last_equity"]
    g.day = guard["day"]
    g.streak = guard["streak"]
    g.minute = guard["minute"]
    g.orders_in_minute = guard["orders_in_minute"]
    g.last_entry = guard["last_entry"]
    g.closing_until = guard["closing_until"]
    g.is_hasty = guard["is_hasty"]
    g.tripped_at = guard["tripped_at"]
    g.tripped_by = _REASON_NAMES.index(guard["tripped_by"])
    return 0
