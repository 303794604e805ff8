# cython: language_level=3, embedsignature=True, binding=True, autotestdict=False, boundscheck=False, wraparound=False
# cython: cdivision=True, auto_pickle=False
"""The engine's door: arguments are checked here in Python terms; behind it, the `.pxd` files are plain C."""
cimport cython
from cpython.buffer cimport PyBuffer_FillInfo
from cpython.number cimport PyNumber_Index
from libc.limits cimport LLONG_MAX
from libc.math cimport INFINITY
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset
from execution_core._bar cimport is_quiet, pass_by, play, play_closely
from execution_core._book cimport (
    ASKED, BELOW_TICK, CANCELLED, LEG_IDS, NO_REASON, OUT_OF_ORDER, Account, Book, Event, Guard, Prices, append, catch_up, end,
    equity_of, mark_of, reserve, sweep,
)
from execution_core._fit cimport are_prices_fit, are_times_fit, are_volumes_fit
from execution_core._guard cimport reset_guard, watch_feed
from execution_core._order cimport MARKET, STOP_LEG, TARGET_LEG, Order, Request, set_price
from execution_core._strategies cimport ASMBTR_ODDS, MARKOV_ODDS, MOMENTUM, SMA_CROSS, Counts, Strategy, next_turn
from execution_core._request cimport are_plain_requests, is_plain_order, is_plain_target
from execution_core._submit cimport find, place_row, replace, submit

from execution_core import _arrays, _columns, _door, _saved
from execution_core import rules as _rules
from execution_core import records as _records
from execution_core.records import OpenOrder as _OpenOrder
from execution_core.records import OrderEvent as _OrderEvent
from execution_core.intervals import z_of as _z_of
from execution_core.strategies import AsmbtrOdds as _AsmbtrOdds, Momentum as _Momentum, SmaCross as _SmaCross

cdef dict _KIND_CODES = {name: code for code, name in enumerate(_records.KINDS)}
cdef dict _TIF_CODES = {name: code for code, name in enumerate(_records.TIFS)}
cdef dict _LEG_CODES = {name: code for code, name in enumerate(_records.LEGS)}
cdef dict _SIDE_CODES = _records.SIDES
cdef object _NOTHING = 0
cdef tuple _KIND_NAMES = _records.KINDS
cdef tuple _TIF_NAMES = _records.TIFS
cdef tuple _LEG_NAMES = _records.LEGS
cdef tuple _EVENT_NAMES = _records.EVENTS
cdef tuple _REASON_NAMES = _records.REASONS


cdef str _side_name(int side):
    return "buy" if side > 0 else "sell" if side < 0 else ""


include "_state.pxi"
include "_feed.pxi"


@cython.final
cdef class _Shared:
    """The account, and the engines whose books are in it."""
    cdef Account account
    cdef list engines

    def __cinit__(self):
        memset(&self.account, 0, sizeof(Account))
        self.engines = []


@cython.final
cdef class Engine:
    cdef Book book
    cdef _Shared shared
    cdef bint is_running
    cdef readonly dict settings

    def __cinit__(self):
        memset(&self.book, 0, sizeof(Book))
        self.book.next_id = 1
        self.book.is_busy = True

    def __dealloc__(self):
        free(self.book.order_rows)
        _give_room(&self.book)

    def __init__(
        self,
        *,
        object cash=0.0,
        object path="pessimistic",
        object fill_timing="next_open",
        object limit_fill="touch",
        object fill_probability=1.0,
        object seed=0,
        object limit_gap="improve",
        object maker_fee=0.0,
        object taker_fee=0.0,
        object fixed_fee=0.0,
        object min_fee=0.0,
        object slippage=0.0,
        object slippage_ticks=0.0,
        object spread=0.0,
        object impact=0.0,
        object participation=0.0,
        object funding_rate=0.0,
        object borrow_rate=0.0,
        object leverage=0.0,
        object maintenance=0.0,
        object day_starts=0,
        object tick=0.0,
        object lot=0.0,
        object min_notional=0.0,
        object rules=None,
        Engine beside=None,
    ):
        """One account in one symbol, or one more symbol of the account `beside`; settings keep for its life."""
        if self.shared is not None:
            raise ValueError("an engine is set up once")
        self.settings = _door.checked_settings(
            cash=cash, path=path, fill_timing=fill_timing, limit_fill=limit_fill, fill_probability=fill_probability,
            seed=seed, limit_gap=limit_gap, maker_fee=maker_fee, taker_fee=taker_fee, fixed_fee=fixed_fee,
            min_fee=min_fee, slippage=slippage, slippage_ticks=slippage_ticks, spread=spread, impact=impact,
            participation=participation, funding_rate=funding_rate, borrow_rate=borrow_rate, leverage=leverage,
            maintenance=maintenance, day_starts=day_starts, tick=tick, lot=lot, min_notional=min_notional, rules=rules,
            is_beside=beside is not None,
        )
        _set_up_book(&self.book, self.settings)
        if beside is None:
            self.shared = _Shared()
            _set_up_account(&self.shared.account, self.settings)
        else:
            self.shared = beside.shared
        _join(&self.shared.account, &self.book)
        if beside is not None:
            # Books point to one another. An engine alone is not kept, so that it goes as soon as nobody needs it.
            self.shared.engines += [self] if self.shared.engines else [beside, self]


    # --- what it is worth

    @property
    def cash(self):
        return self.shared.account.cash

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
    def funding(self):
        return self.book.funding

    @property
    def mark(self):
        return mark_of(&self.book)

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
        return self.book.position * (mark_of(&self.book) - self.book.average_price)

    @property
    def equity(self):
        return equity_of(&self.shared.account)

    @property
    def symbols(self):
        return self.shared.account.books

    @property
    def number(self):
        cdef const Book* b = self.shared.account.first
        cdef Py_ssize_t before = 0
        while b != &self.book:
            before += 1
            b = b.next
        return before

    @property
    def breaker(self):
        cdef const Guard* g = &self.shared.account.guard
        return (_REASON_NAMES[g.tripped_by], g.tripped_at) if g.tripped_by != NO_REASON else None

    def reset_breaker(self):
        reset_guard(&self.shared.account)

    # --- orders

    def place(
        self,
        str kind,
        str side,
        double quantity,
        double price=0.0,
        *,
        double trigger=0.0,
        double stop=0.0,
        double target=0.0,
        double trail=0.0,
        double activation=0.0,
        double stop_distance=0.0,
        double target_distance=0.0,
        double stop_fraction=0.0,
        double target_fraction=0.0,
        object horizon=0,
        object starts=0,
        object expires=0,
        str tif="gtc",
        object group=0,
        bint reduce_only=False,
    ):
        cdef Request r
        memset(&r, 0, sizeof(Request))
        r.quantity = quantity
        r.price = price
        r.trigger = trigger
        r.stop = stop
        r.target = target
        r.trail = trail
        r.activation = activation
        r.stop_distance = stop_distance
        r.target_distance = target_distance
        r.stop_fraction = stop_fraction
        r.target_fraction = target_fraction
        r.is_reduce_only = reduce_only
        r.kind = _KIND_CODES.get(kind, -1)
        r.side = _SIDE_CODES.get(side, 0)
        if not (
            tif == "gtc" and horizon is _NOTHING and starts is _NOTHING and expires is _NOTHING and group is _NOTHING
            and is_plain_order(&r)
        ):
            _door.check_request(
                self.book.clock, self.mark, kind, side, tif, quantity, _levels(&r), (horizon, starts, expires, group),
                reduce_only,
            )
            r.horizon = PyNumber_Index(horizon)
            r.starts = PyNumber_Index(starts)
            r.expires = PyNumber_Index(expires)
            r.group = PyNumber_Index(group)
            r.tif = _TIF_CODES[tif]
        return self._submit(&r)

    def aim(
        self,
        double position,
        *,
        double stop=0.0,
        double target=0.0,
        double trail=0.0,
        double activation=0.0,
        double stop_distance=0.0,
        double target_distance=0.0,
        double stop_fraction=0.0,
        double target_fraction=0.0,
        object horizon=0,
    ):
        cdef Request r
        memset(&r, 0, sizeof(Request))
        r.quantity = position
        r.stop = stop
        r.target = target
        r.trail = trail
        r.activation = activation
        r.stop_distance = stop_distance
        r.target_distance = target_distance
        r.stop_fraction = stop_fraction
        r.target_fraction = target_fraction
        r.horizon = PyNumber_Index(horizon)
        r.is_target = True
        if not is_plain_target(&r):
            _door.check_target(position, _levels(&r), r.horizon)
        return self._submit(&r)

    cdef object _submit(self, const Request* r):
        cdef long long answer
        if not reserve(&self.book, LEG_IDS):
            raise MemoryError("no memory for one more order")
        answer = submit(&self.book, r)
        if answer == -BELOW_TICK or answer == -OUT_OF_ORDER:
            _door.refuse_levels(_levels(r), r.side, self.book.tick)
        return answer

    def cancel(self, order_id):
        cdef long long wanted = PyNumber_Index(order_id)
        cdef Order* o
        if not reserve(&self.book, 0):
            raise MemoryError("no memory for one more event")
        o = find(&self.book, wanted)
        if o == NULL:
            return False
        end(&self.book, o, CANCELLED, ASKED)
        sweep(&self.book)
        return True

    def replace(self, order_id, *, double quantity=0.0, double price=0.0):
        cdef long long wanted = PyNumber_Index(order_id)
        cdef Order* o
        cdef int reason
        _door.check_replacement(quantity, price)
        if not reserve(&self.book, 0):
            raise MemoryError("no memory for one more event")
        o = find(&self.book, wanted)
        if o == NULL:
            return False
        if o.kind == MARKET and price != 0.0:
            raise ValueError(f"a market order has no price, was {price!r}")
        reason = replace(&self.book, o, quantity, price)
        if reason != NO_REASON:
            raise ValueError(f"the new quantity or price is {_REASON_NAMES[reason]}, was {quantity!r}, {price!r}")
        return True

    def move_clock(self, to):
        cdef long long later = PyNumber_Index(to)
        if later < self.book.clock:
            raise ValueError(f"the clock cannot go back from {self.book.clock} to {later}")
        if self.shared.account.is_guarded:
            watch_feed(&self.book, later)
        self.book.clock = later
        self.book.is_busy = True

    # --- bars

    def bar(
        self, opened, closed, double open, double high, double low, double close, double volume=0.0, *, object ask=None
    ):
        cdef Py_ssize_t told = self.book.event_count
        cdef Prices* sells = &self.book.sells
        cdef Prices* buys = &self.book.buys
        cdef tuple other = _door.checked_bar(
            self.book.clock, opened, closed, (open, high, low, close), volume, ask, self.settings["path"]
        )
        sells.open, sells.high, sells.low, sells.close = open, high, low, close
        buys.open, buys.high, buys.low, buys.close = other
        self.book.volume = volume
        if not reserve(&self.book, 0):
            raise MemoryError("no memory for one more event")
        play(&self.book, PyNumber_Index(opened), PyNumber_Index(closed), True)
        self._check()
        return self.book.event_count - told

    def run(
        self, opened, closed, open, high, low, close, volume=None, *, ask=None, finer=None, orders=None, strategy=None,
        on_bar=None, equity=None,
    ):
        columns = _records.Columns(opened, closed, open, high, low, close, volume, ask)
        feed = _columns.shaped_feed(columns)
        fine = None if finer is None else _columns.checked_feed(self.book.clock, finer, self.settings["path"])
        # Bars are checked as they are played wherever the engine can still go back.
        is_unchecked = (
            on_bar is None and fine is None and ask is None and self.settings["path"] != "ticks"
            and self.shared.account.books == 1
        )
        if not is_unchecked:
            _columns.check_feed(self.book.clock, feed, self.settings["path"])
        return self._go(feed, fine, orders, strategy, on_bar, equity, is_unchecked)

    def run_ticks(self, at, bid, ask=None, volume=None, *, orders=None, strategy=None, on_bar=None, equity=None):
        feed = _columns.checked_ticks(self.book.clock, at, bid, ask, volume)
        return self._go(feed, None, orders, strategy, on_bar, equity, False)

    cdef object _go(
        self, tuple feed, tuple fine, object orders, object strategy, object on_bar, object equity, bint is_unchecked
    ):
        cdef _Feed coarse, finer
        cdef Strategy native
        cdef Request wanted
        cdef const unsigned char[::1] rows
        cdef double[::1] worth
        cdef _Plan plan
        cdef _Memory memory
        cdef _Before before = None
        cdef int outcome
        cdef Py_ssize_t told = self.book.event_count
        _door.check_run(orders, strategy, on_bar)
        if self.is_running:
            raise ValueError("the engine is running: it cannot be run from its own callback")
        memset(&plan, 0, sizeof(_Plan))
        _point(&coarse, feed)
        if fine is not None:
            _point(&finer, fine)
            plan.finer = &finer
        if orders is not None:
            rows = _columns.shaped_requests(orders).view("u1")
            plan.request_count = len(orders)
            plan.requests = <const Request*> &rows[0] if plan.request_count else NULL
            if not are_plain_requests(plan.requests, plan.request_count, coarse.count):
                _columns.check_requests(orders, coarse.count)
        if strategy is not None:
            memory = _prepare(&native, &wanted, strategy)
            plan.strategy = &native
            plan.wanted = &wanted
            plan.size = wanted.quantity
        if equity is not None:
            worth = _columns.checked_output(equity, coarse.count)
            plan.equity = &worth[0]
        plan.is_unchecked = is_unchecked
        if is_unchecked:
            before = _remember(&self.book)
        _take_room(&self.book)
        self.is_running = True
        try:
            if on_bar is None:
                with nogil:
                    outcome = _run(&self.book, &coarse, &plan)
            else:
                outcome = _run_with(self, &self.book, &coarse, &plan, on_bar)
        finally:
            self.is_running = False
        if outcome == MALFORMED:
            _go_back(&self.book, before)
            _columns.check_feed(self.book.clock, feed, self.settings["path"])
        if outcome == NO_MEMORY:
            raise MemoryError("no memory for one more event")
        self._check()
        return self.book.event_count - told

    cdef int _check(self) except -1:
        if self.book.is_out_of_memory:
            raise MemoryError("no memory for one more event")
        if self.book.is_broken:
            raise AssertionError("a fill lay outside its bar")
        return 0

    # --- what is told and kept

    def drain(self):
        cdef Py_ssize_t i
        cdef list events = [_event(&self.book.events[i]) for i in range(self.book.event_count)]
        self.book.event_count = 0
        return events

    def drain_rows(self):
        if self.book.event_count == 0:
            return _columns.empty_events(0)
        return _columns.as_events(_hand_over(&self.book))

    def orders(self):
        catch_up(&self.book)
        return [_open_order(&self.book.orders[i]) for i in range(self.book.order_count)]

    def export(self):
        catch_up(&self.book)
        return {
            "format": _saved.STATE_FORMAT,
            "settings": _door.plain_settings(self.settings),
            "account": _account_of(&self.book),
            "guard": _guard_of(&self.shared.account.guard),
            "orders": [_order_row(&self.book.orders[i]) for i in range(self.book.order_count)],
            "events": [list(_event(&self.book.events[i])) for i in range(self.book.event_count)],
        }

    @classmethod
    def restore(cls, state, *, Engine beside=None):
        cdef Engine engine
        state = _saved.checked_state(state)
        engine = cls(**state["settings"], beside=beside)
        _set_account(&engine.book, state["account"])
        if beside is None:
            _set_guard(&engine.shared.account, state["guard"])
            engine.shared.account.cash = state["account"]["cash"]
        if not reserve(&engine.book, len(state["orders"]) + len(state["events"])):
            raise MemoryError("no memory for the saved orders")
        for row in state["orders"]:
            _set_order(&engine.book, dict(zip(_saved.ORDER_FIELDS, row, strict=True)))
        for row in state["events"]:
            _set_event(&engine.book, _OrderEvent(*row))
        return engine


include "_together.pxi"
