# cython: language_level=3, embedsignature=True, binding=True, autotestdict=False, boundscheck=False, wraparound=False
# cython: cdivision=True, auto_pickle=False
"""The engine's door: arguments are checked here in Python terms; behind it, `_book.pxd` is plain C."""
cimport cython
from cpython.number cimport PyNumber_Index
from libc.math cimport isfinite
from libc.stdlib cimport free
from libc.string cimport memset
from execution_core._book cimport (
    ASKED, BELOW_LOT, BELOW_MIN_NOTIONAL, CANCELLED, ENTRY_LEG, HORIZON_LEG, LIMIT, MARKET, NO_REASON, REJECTED,
    STOP_LEG, TARGET_LEG, TRAIL, Book, Event, Order, end, play, reserve, start_trail, sweep, tell,
)
from execution_core._order cimport STOP, to_step

from execution_core import _door
from execution_core import records as _records
from execution_core.records import OpenOrder as _OpenOrder
from execution_core.records import OrderEvent as _OrderEvent

cdef dict _KIND_CODES = {name: code for code, name in enumerate(_records.KINDS)}
cdef dict _LEG_CODES = {name: code for code, name in enumerate(_records.LEGS)}
cdef dict _SIDE_CODES = _records.SIDES
cdef tuple _KIND_NAMES = _records.KINDS
cdef tuple _LEG_NAMES = _records.LEGS
cdef tuple _EVENT_NAMES = _records.EVENTS
cdef tuple _REASON_NAMES = _records.REASONS


cdef str _side_name(int side):
    return "buy" if side > 0 else "sell"


@cython.final
cdef class Engine:
    cdef Book book
    cdef readonly dict settings

    def __cinit__(self):
        memset(&self.book, 0, sizeof(Book))
        self.book.next_id = 1

    def __dealloc__(self):
        free(self.book.orders)
        free(self.book.events)

    def __init__(
        self,
        *,
        double cash=0.0,
        str path="pessimistic",
        str limit_fill="touch",
        str limit_gap="improve",
        double maker_fee=0.0,
        double taker_fee=0.0,
        double slippage=0.0,
        double tick=0.0,
        double lot=0.0,
        double min_notional=0.0,
    ):
        """One account in one symbol; settings keep for its life."""
        self.settings = _door.checked_settings(
            cash, path, limit_fill, limit_gap, maker_fee, taker_fee, slippage, tick, lot, min_notional
        )
        self.book.cash = cash
        self.book.path = _records.PATHS.index(path)
        self.book.is_at_limit = limit_gap == "at_limit"
        self.book.beyond = tick if limit_fill == "through" else 0.0
        self.book.maker_fee = maker_fee
        self.book.taker_fee = taker_fee
        self.book.slippage = slippage
        self.book.tick = tick
        self.book.lot = lot
        self.book.min_notional = min_notional

    # --- what it is worth

    @property
    def cash(self):
        return self.book.cash

    @property
    def position(self):
        return self.book.position

    @property
    def average_price(self):
        return self.book.average_price

    @property
    def realised(self):
        return self.book.realised

    @property
    def fees(self):
        return self.book.fees

    @property
    def mark(self):
        return self.book.mark

    @property
    def clock(self):
        return self.book.clock

    @property
    def bars(self):
        return self.book.bars

    @property
    def ambiguous_bars(self):
        return self.book.ambiguous_bars

    @property
    def next_id(self):
        return self.book.next_id

    @property
    def unrealised(self):
        return self.book.position * (self.book.mark - self.book.average_price)

    @property
    def equity(self):
        return self.book.cash + self.book.position * self.book.mark

    # --- orders

    def place(
        self,
        str kind,
        str side,
        double quantity,
        double price=0.0,
        *,
        double stop=0.0,
        double target=0.0,
        double trail=0.0,
        double activation=0.0,
        object horizon=0,
        object starts=0,
        object expires=0,
        bint reduce_only=False,
    ):
        cdef Book* b = &self.book
        cdef Order* entry
        cdef int sign, kind_code, reason
        cdef bint has_legs
        cdef long long order_id
        _door.check_request(
            b.clock, b.mark, kind, side, quantity, price, stop, target, trail, activation, horizon, starts, expires,
            reduce_only,
        )
        sign = _SIDE_CODES[side]
        kind_code = _KIND_CODES[kind]
        quantity = to_step(quantity, b.lot, False)
        price = self._round("price", price, sign < 0)
        stop = self._round("stop", stop, sign > 0)
        target = self._round("target", target, sign > 0)
        if (
            (kind_code != MARKET and stop != 0.0 and (price - stop) * sign <= 0.0)
            or (kind_code != MARKET and target != 0.0 and (target - price) * sign <= 0.0)
            or (stop != 0.0 and target != 0.0 and (target - stop) * sign <= 0.0)
        ):
            raise ValueError(f"a {side} needs stop, price and target in order, were {stop!r}, {price!r}, {target!r}")
        if not reserve(b, 1 + _records.LEG_IDS):
            raise MemoryError("no memory for one more order")
        order_id = b.next_id
        has_legs = stop != 0.0 or target != 0.0 or horizon != 0 or (trail != 0.0 and kind_code != TRAIL)
        b.next_id += _records.LEG_IDS if has_legs else 1
        entry = self._append(order_id, 0, kind_code, ENTRY_LEG, sign, quantity)
        reason = self._refusal(quantity, price if price != 0.0 else b.mark)
        if reason != NO_REASON:
            tell(b, entry, REJECTED, reason)
            b.order_count -= 1
            return -reason
        entry.price = price
        entry.starts = PyNumber_Index(starts)
        entry.expires = PyNumber_Index(expires)
        entry.is_reduce_only = reduce_only
        if kind_code == TRAIL:
            entry.trail = trail
            entry.activation = activation
            start_trail(entry, b.mark, b.tick)
        elif has_legs:
            self._add_legs(entry, stop, target, trail, activation, PyNumber_Index(horizon))
        return order_id

    cdef double _round(self, str name, double price, bint up) except? -1.0:
        cdef double rounded = to_step(price, self.book.tick, up)
        if price > 0.0 and rounded == 0.0:
            raise ValueError(f"{name} must be at least one tick, was {price!r}")
        return rounded

    cdef int _refusal(self, double quantity, double price):
        if quantity == 0.0:
            return BELOW_LOT
        if price != 0.0 and quantity * price < self.book.min_notional:
            return BELOW_MIN_NOTIONAL
        return NO_REASON

    cdef Order* _append(
        self, long long order_id, long long entry_id, int kind, int leg, int side, double quantity
    ) noexcept:
        cdef Order* o = &self.book.orders[self.book.order_count]
        self.book.order_count += 1
        memset(o, 0, sizeof(Order))
        o.order_id = order_id
        o.entry_id = entry_id
        o.kind = kind
        o.leg = leg
        o.side = side
        o.is_working = leg == ENTRY_LEG
        o.is_reduce_only = leg != ENTRY_LEG
        o.quantity = quantity
        return o

    cdef void _add_legs(
        self, const Order* entry, double stop, double target, double trail, double activation, long long horizon
    ) noexcept:
        cdef long long n = entry.order_id
        cdef int side = -entry.side
        cdef double quantity = entry.quantity
        cdef Order* leg
        if stop != 0.0 or trail != 0.0:
            leg = self._append(n + 1, n, TRAIL if trail != 0.0 else STOP, STOP_LEG, side, quantity)
            leg.price = stop
            leg.trail = trail
            leg.activation = activation
        if target != 0.0:
            leg = self._append(n + 2, n, LIMIT, TARGET_LEG, side, quantity)
            leg.price = target
        if horizon != 0:
            leg = self._append(n + 3, n, MARKET, HORIZON_LEG, side, quantity)
            leg.bars_left = horizon

    def cancel(self, order_id):
        cdef long long wanted = PyNumber_Index(order_id)
        cdef Py_ssize_t i
        if not reserve(&self.book, 0):
            raise MemoryError("no memory for one more event")
        for i in range(self.book.order_count):
            if self.book.orders[i].order_id == wanted:
                end(&self.book, &self.book.orders[i], CANCELLED, ASKED)
                sweep(&self.book)
                return True
        return False

    def move_clock(self, to):
        cdef long long later = PyNumber_Index(to)
        if later < self.book.clock:
            raise ValueError(f"the clock cannot go back from {self.book.clock} to {later}")
        self.book.clock = later

    # --- bars

    def bar(self, opened, closed, double open, double high, double low, double close):
        cdef long long opened_at = PyNumber_Index(opened)
        cdef long long closed_at = PyNumber_Index(closed)
        cdef Py_ssize_t told
        for name, price in (("open", open), ("high", high), ("low", low), ("close", close)):
            if not (isfinite(price) and price > 0.0):
                raise ValueError(f"{name} must be finite and positive, was {price!r}")
        if high < open or high < close:
            raise ValueError(f"high must not lie below open or close, was {high!r}")
        if low > open or low > close:
            raise ValueError(f"low must not lie above open or close, was {low!r}")
        if closed_at <= opened_at:
            raise ValueError(f"closed must be later than opened, was {closed_at}")
        if opened_at < self.book.clock:
            raise ValueError(f"opened must not be earlier than the last close seen, was {opened_at}")
        if not reserve(&self.book, 0):
            raise MemoryError("no memory for one more event")
        told = play(&self.book, opened_at, closed_at, open, high, low, close)
        self._check()
        return told

    def run(self, opened, closed, open, high, low, close):
        cdef const long long[::1] opened_at, closed_at
        cdef const double[::1] o, h, l, c
        cdef Py_ssize_t i, told = 0
        cdef bint has_room = True
        opened_at, closed_at, o, h, l, c = _door.checked_columns(
            self.book.clock, opened=opened, closed=closed, open=open, high=high, low=low, close=close
        )
        with nogil:
            for i in range(o.shape[0]):
                has_room = reserve(&self.book, 0)
                if not has_room:
                    break
                told += play(&self.book, opened_at[i], closed_at[i], o[i], h[i], l[i], c[i])
        if not has_room:
            raise MemoryError("no memory for one more event")
        self._check()
        return told

    cdef int _check(self) except -1:
        if self.book.is_broken:
            raise AssertionError("a fill lay outside its bar")
        return 0

    # --- what is told and kept

    cdef object _event(self, const Event* e):
        return _OrderEvent(
            _EVENT_NAMES[e.what], e.order_id, e.entry_id, _LEG_NAMES[e.leg], _side_name(e.side), e.quantity, e.price,
            e.fee, e.realised, e.at, bool(e.is_ambiguous), _REASON_NAMES[e.reason],
        )

    def drain(self):
        cdef Py_ssize_t i
        cdef list events = [self._event(&self.book.events[i]) for i in range(self.book.event_count)]
        self.book.event_count = 0
        return events

    def orders(self):
        cdef Py_ssize_t i
        cdef Order* o
        cdef list found = []
        for i in range(self.book.order_count):
            o = &self.book.orders[i]
            found.append(_OpenOrder(
                o.order_id, o.entry_id, _LEG_NAMES[o.leg], _KIND_NAMES[o.kind], _side_name(o.side), bool(o.is_working),
                o.quantity, o.price, o.starts, o.expires, o.bars_left, bool(o.is_reduce_only),
            ))
        return found

    def export(self):
        cdef Py_ssize_t i
        cdef Order* o
        cdef list orders = []
        for i in range(self.book.order_count):
            o = &self.book.orders[i]
            orders.append([
                o.order_id, o.entry_id, _KIND_NAMES[o.kind], _LEG_NAMES[o.leg], o.side, bool(o.is_working),
                bool(o.is_reduce_only), o.quantity, o.price, o.trail, o.activation, o.starts_at, o.extreme, o.starts, o.expires,
                o.bars_left,
            ])
        return {
            "format": _door.STATE_FORMAT,
            "settings": dict(self.settings),
            "account": {name: getattr(self, name) for name in _door.ACCOUNT_FIELDS},
            "orders": orders,
            "events": [list(self._event(&self.book.events[i])) for i in range(self.book.event_count)],
        }

    @classmethod
    def restore(cls, state):
        cdef Engine engine
        cdef Order* o
        cdef Event* e
        state = _door.checked_state(state)
        engine = cls(**state["settings"])
        engine._set_account(state["account"])
        if not reserve(&engine.book, len(state["orders"]) + len(state["events"])):
            raise MemoryError("no memory for the saved orders")
        for row in state["orders"]:
            named = dict(zip(_door.ORDER_FIELDS, row, strict=True))
            o = engine._append(
                named["order_id"], named["entry_id"], _KIND_CODES[named["kind"]], _LEG_CODES[named["leg"]],
                named["side"], named["quantity"],
            )
            o.is_working = named["is_working"]
            o.is_reduce_only = named["is_reduce_only"]
            o.price = named["price"]
            o.trail = named["trail"]
            o.activation = named["activation"]
            o.starts_at = named["starts_at"]
            o.extreme = named["extreme"]
            o.starts = named["starts"]
            o.expires = named["expires"]
            o.bars_left = named["bars_left"]
        for row in state["events"]:
            told = _OrderEvent(*row)
            e = &engine.book.events[engine.book.event_count]
            engine.book.event_count += 1
            e.what = _EVENT_NAMES.index(told.what)
            e.leg = _LEG_CODES[told.leg]
            e.side = _SIDE_CODES[told.side]
            e.reason = _REASON_NAMES.index(told.reason)
            e.is_ambiguous = told.is_ambiguous
            e.order_id = told.order_id
            e.entry_id = told.entry_id
            e.at = told.at
            e.quantity = told.quantity
            e.price = told.price
            e.fee = told.fee
            e.realised = told.realised
        return engine

    cdef int _set_account(self, dict account) except -1:
        cdef Book* b = &self.book
        b.cash = account["cash"]
        b.position = account["position"]
        b.average_price = account["average_price"]
        b.realised = account["realised"]
        b.fees = account["fees"]
        b.mark = account["mark"]
        b.clock = account["clock"]
        b.bars = account["bars"]
        b.ambiguous_bars = account["ambiguous_bars"]
        b.next_id = account["next_id"]
        return 0
