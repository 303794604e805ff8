# Runs over arrays: what there is to read, what is decided after each bar, and the loop without Python.

cdef struct _Feed:
    Py_ssize_t count
    const long long* opened
    const long long* closed
    const double* open
    const double* high
    const double* low
    const double* close
    const double* volume            # NULL: not known
    const double* ask_open          # the same as the bid where there are no two sides
    const double* ask_high
    const double* ask_low
    const double* ask_close

cdef struct _Plan:
    _Feed* finer                    # bars inside those of the run, played in their place
    Py_ssize_t fine_row
    const Request* requests
    Py_ssize_t request_count
    Py_ssize_t next_request
    Strategy* strategy
    Request* wanted
    double size
    double* equity
    Py_ssize_t marked               # bars whose equity is told
    bint is_unchecked
    bint is_each_played             # as there are finer bars, rules or other symbols


cdef int _point(_Feed* feed, tuple arrays) except -1:
    """Point into checked arrays, which the caller keeps."""
    cdef const long long[::1] opened = arrays[0], closed = arrays[1]
    cdef const double[::1] o = arrays[2], h = arrays[3], l = arrays[4], c = arrays[5], column
    feed.count = o.shape[0]
    feed.opened = &opened[0]
    feed.closed = &closed[0]
    feed.open = feed.ask_open = &o[0]
    feed.high = feed.ask_high = &h[0]
    feed.low = feed.ask_low = &l[0]
    feed.close = feed.ask_close = &c[0]
    feed.volume = NULL
    if arrays[6] is not None:
        column = arrays[6]
        feed.volume = &column[0]
    if arrays[7] is not None:
        column = arrays[7][0]
        feed.ask_open = &column[0]
        column = arrays[7][1]
        feed.ask_high = &column[0]
        column = arrays[7][2]
        feed.ask_low = &column[0]
        column = arrays[7][3]
        feed.ask_close = &column[0]
    return 0


cdef class _Memory:
    """What a native strategy remembers; all of it zero in the beginning."""
    cdef void* counts
    cdef void* labels

    def __dealloc__(self):
        free(self.counts)
        free(self.labels)


cdef _Memory _remembering(Strategy* native, Py_ssize_t states, Py_ssize_t labels):
    cdef _Memory memory = _Memory()
    memory.counts = calloc(states, sizeof(Counts))
    memory.labels = calloc(labels, 1)
    if memory.counts == NULL or memory.labels == NULL:
        raise MemoryError("no memory for what the strategy counts")
    native.counts = <Counts*> memory.counts
    native.labels = <signed char*> memory.labels
    return memory


cdef _Memory _natively(Strategy* native, object strategy):
    """Set up the native form of a checked strategy; what it remembers, to be kept as long as it runs."""
    memset(native, 0, sizeof(Strategy))
    if isinstance(strategy, (_SmaCross, _Momentum)):
        native.slow = strategy.slow
        native.slow_share = 1.0 / strategy.slow
        native.kind = MOMENTUM
        if isinstance(strategy, _SmaCross):
            native.kind = SMA_CROSS
            native.fast = strategy.fast
            native.fast_share = 1.0 / strategy.fast
        return None
    native.least = strategy.least
    native.z = _z_of(strategy.confidence)
    if isinstance(strategy, _AsmbtrOdds):
        native.kind = ASMBTR_ODDS
        native.depth = strategy.depth
        native.moves = 1
        native.decay = strategy.decay
        return _remembering(native, 1 << native.depth, 1)
    native.kind = MARKOV_ODDS
    native.span = strategy.span
    native.width = strategy.width
    return _remembering(native, 3, native.span)


cdef _Memory _prepare(Strategy* native, Request* wanted, object strategy):
    memset(wanted, 0, sizeof(Request))
    _door.check_strategy(strategy)
    cdef _Memory memory = _natively(native, strategy)
    wanted.quantity = strategy.size
    wanted.stop_fraction = strategy.stop_fraction
    wanted.target_fraction = strategy.target_fraction
    wanted.is_target = True
    return memory


def sides(strategy, closes):
    cdef Strategy native
    cdef const double[::1] close = _arrays.column("closes", closes, "float64")
    cdef Py_ssize_t i = 0, turn, n = close.shape[0]
    cdef signed char side = 0
    cdef _Memory memory
    _door.check_strategy(strategy)
    memory = _natively(&native, strategy)
    held = bytearray(n)
    cdef unsigned char[::1] out = held
    if n == 0:
        return held
    with nogil:
        while i < n:
            turn = next_turn(&native, &close[0], i, n)
            memset(&out[i], side, turn - i)
            if turn < n:
                side = native.side
                out[turn] = <unsigned char> side
                turn += 1
            i = turn
    return held


cdef inline void _read(Book* b, const _Feed* feed, Py_ssize_t i) noexcept nogil:
    b.sells.open = feed.open[i]
    b.sells.high = feed.high[i]
    b.sells.low = feed.low[i]
    b.sells.close = feed.close[i]
    b.buys.open = feed.ask_open[i]
    b.buys.high = feed.ask_high[i]
    b.buys.low = feed.ask_low[i]
    b.buys.close = feed.ask_close[i]
    b.volume = feed.volume[i] if feed.volume != NULL else 0.0


cdef inline bint _play_finer(Book* b, const _Feed* feed, _Plan* plan, Py_ssize_t i) noexcept nogil:
    """Bar `i` as the finer bars inside it; as itself where there are none."""
    cdef const _Feed* fine = plan.finer
    cdef Py_ssize_t row = plan.fine_row
    cdef bint is_last = False
    while row < fine.count and fine.opened[row] < feed.opened[i]:
        row += 1
    if row == fine.count or fine.closed[row] > feed.closed[i]:
        plan.fine_row = row
        _read(b, feed, i)
        if not reserve(b, 0):
            return False
        play(b, feed.opened[i], feed.closed[i], True)
        return True
    while not is_last:
        is_last = row + 1 == fine.count or fine.closed[row + 1] > feed.closed[i]
        _read(b, fine, row)
        if not reserve(b, 0):
            return False
        play(b, fine.opened[row], fine.closed[row], is_last)
        row += 1
    plan.fine_row = row
    return True


cdef inline bint _play_row(Book* b, const _Feed* feed, _Plan* plan, Py_ssize_t i) noexcept nogil:
    """Play bar `i`; False where memory is out."""
    if plan.finer != NULL:
        return _play_finer(b, feed, plan, i)
    if not b.account.is_guarded and is_quiet(
        b, feed.closed[i], feed.low[i], feed.high[i], feed.ask_low[i], feed.ask_high[i]
    ):
        pass_by(b, feed.closed[i], feed.close[i], feed.ask_close[i])
        return True
    if not reserve(b, 0):
        return False
    _read(b, feed, i)
    if b.account.is_guarded:
        play(b, feed.opened[i], feed.closed[i], True)
    else:
        play_closely(b, feed.opened[i], feed.closed[i], True)
    return True


cdef inline bint _place_due(Book* b, _Plan* plan, Py_ssize_t i) noexcept nogil:
    """Place what is ordered after the close of bar `i`; False where memory is out."""
    while plan.next_request < plan.request_count and plan.requests[plan.next_request].bar <= i:
        if not reserve(b, LEG_IDS):
            return False
        place_row(b, &plan.requests[plan.next_request])
        plan.next_request += 1
    return True


cdef inline Py_ssize_t _first_reaching(
    const double* low, const double* high, Py_ssize_t i, Py_ssize_t end, double down, double up
) noexcept nogil:
    if down == -INFINITY and up == INFINITY:
        return end
    while i < end and low[i] > down and high[i] < up:
        i += 1
    return i


cdef inline Py_ssize_t _pass_quiet(Book* b, const _Feed* feed, Py_ssize_t i, Py_ssize_t end) noexcept nogil:
    """Pass by the bars in which nothing can happen; the first other one."""
    cdef Py_ssize_t first = i, stop = end
    if b.is_busy or b.is_inside:
        return i
    if b.quiet_bars - b.bars < stop - i:
        stop = i + <Py_ssize_t> (b.quiet_bars - b.bars)
    if feed.ask_low == feed.low:
        stop = _first_reaching(
            feed.low, feed.high, i, stop, b.sell_down if b.sell_down > b.buy_down else b.buy_down,
            b.sell_up if b.sell_up < b.buy_up else b.buy_up,
        )
    else:
        stop = _first_reaching(feed.low, feed.high, i, stop, b.sell_down, b.sell_up)
        stop = _first_reaching(feed.ask_low, feed.ask_high, i, stop, b.buy_down, b.buy_up)
    if b.quiet_until < LLONG_MAX:
        while i < stop and feed.closed[i] < b.quiet_until:
            i += 1
        stop = i
    if stop > first:
        b.bars += stop - first - 1
        pass_by(b, feed.closed[stop - 1], feed.close[stop - 1], feed.ask_close[stop - 1])
    return stop


cdef inline void _mark_until(const Book* b, const _Feed* feed, _Plan* plan, Py_ssize_t end) noexcept nogil:
    """Tell equity of the bars since it was told, in which this book, the only one, held what it holds now."""
    cdef const double* close = feed.ask_close if b.position < 0.0 else feed.close
    cdef double* equity = plan.equity
    cdef double cash = b.account.cash, position = b.position
    cdef Py_ssize_t i
    if equity == NULL:
        return
    for i in range(plan.marked, end):
        equity[i] = cash + position * close[i]
    plan.marked = end


cdef inline bint _play_each(Book* b, const _Feed* feed, _Plan* plan, Py_ssize_t i, Py_ssize_t end) noexcept nogil:
    """Play the bars from `i` to before `end` one by one; False where memory is out."""
    while i < end:
        if not _play_row(b, feed, plan, i):
            return False
        if plan.equity != NULL:
            plan.equity[i] = equity_of(b.account)
        i += 1
    plan.marked = end
    return True


cdef inline bint _play_until(Book* b, const _Feed* feed, _Plan* plan, Py_ssize_t i, Py_ssize_t end) noexcept nogil:
    """The same, all bars at once in which nothing can happen. Equity of the last ones is still to be told."""
    if plan.is_each_played:
        return _play_each(b, feed, plan, i, end)
    while True:
        i = _pass_quiet(b, feed, i, end)
        if i == end:
            return True
        if not reserve(b, 0):
            return False
        _mark_until(b, feed, plan, i)
        _read(b, feed, i)
        play_closely(b, feed.opened[i], feed.closed[i], True)
        i += 1


cdef enum:
    BLOCK = 512             # bars that are checked, and so fetched, together before they are played

cdef enum:
    DONE = 0
    NO_MEMORY = 1
    MALFORMED = 2


cdef bint _are_fit(const _Feed* feed, Py_ssize_t first, Py_ssize_t end, long long clock) noexcept nogil:
    return (
        feed.opened[first] >= (clock if first == 0 else feed.closed[first - 1])
        and are_times_fit(feed.opened, feed.closed, first, end)
        and are_prices_fit(feed.open, feed.high, feed.low, feed.close, first, end)
        and (feed.volume == NULL or are_volumes_fit(feed.volume, first, end))
    )


cdef int _play_block(Book* b, const _Feed* feed, _Plan* plan, Py_ssize_t i, Py_ssize_t end) noexcept nogil:
    """Play up to each bar after which something is decided, and decide it."""
    cdef Py_ssize_t last
    while i < end:
        last = end
        if plan.strategy != NULL:
            last = next_turn(plan.strategy, feed.close, i, end)
        elif plan.next_request < plan.request_count:
            last = plan.requests[plan.next_request].bar
        if last >= end:
            return DONE if _play_until(b, feed, plan, i, end) else NO_MEMORY
        if not _play_until(b, feed, plan, i, last + 1):
            return NO_MEMORY
        if b.is_same_close:
            _mark_until(b, feed, plan, last)
            plan.marked = last
        if plan.strategy != NULL:
            if not reserve(b, LEG_IDS):
                return NO_MEMORY
            plan.wanted.quantity = plan.strategy.side * plan.size
            place_row(b, plan.wanted)
        elif not _place_due(b, plan, last):
            return NO_MEMORY
        i = last + 1
    return DONE


cdef int _run(Book* b, const _Feed* feed, _Plan* plan) noexcept nogil:
    cdef Py_ssize_t first = 0, end
    cdef int outcome
    cdef long long clock = b.clock
    plan.is_each_played = plan.finer != NULL or b.account.is_guarded or b.account.books > 1
    if not _place_due(b, plan, -1):
        return NO_MEMORY
    while first < feed.count:
        end = first + BLOCK if first + BLOCK < feed.count else feed.count
        if plan.is_unchecked and not _are_fit(feed, first, end, clock):
            return MALFORMED
        outcome = _play_block(b, feed, plan, first, end)
        if outcome != DONE:
            return outcome
        _mark_until(b, feed, plan, end)
        first = end
    return DONE


cdef int _run_with(object engine, Book* b, const _Feed* feed, _Plan* plan, object on_bar) except -1:
    """The same with a Python function, which is called with the engine and the bar's number after each bar."""
    cdef Py_ssize_t i
    for i in range(feed.count):
        if not _play_row(b, feed, plan, i):
            return NO_MEMORY
        on_bar(engine, i)
        if plan.equity != NULL:
            plan.equity[i] = equity_of(b.account)
    return DONE


cdef class _Before:
    """A book and its account as they were, to go back to where a later bar turns out to be malformed."""
    cdef Book book
    cdef Account account
    cdef Order* orders

    def __dealloc__(self):
        free(self.orders)


cdef _Before _remember(const Book* b):
    cdef _Before before = _Before()
    before.book = b[0]
    before.account = b.account[0]
    before.orders = <Order*> malloc((b.order_count + 1) * sizeof(Order))
    if before.orders == NULL:
        raise MemoryError("no memory for what was before")
    if b.order_count:
        memcpy(before.orders, b.orders, b.order_count * sizeof(Order))
    return before


cdef void _go_back(Book* b, _Before before) noexcept:
    cdef Order* orders = b.order_rows
    cdef Event* events = b.events
    cdef Py_ssize_t order_room = b.order_room, event_room = b.event_room
    b[0] = before.book
    b.account[0] = before.account
    b.orders = b.order_rows = orders
    b.order_room = order_room
    b.events, b.event_room = events, event_room
    if b.order_count:
        memcpy(b.orders, before.orders, b.order_count * sizeof(Order))


cdef enum:
    SPARE_ROOM = 1 << 18    # events; 24 MiB

cdef Event* _spare = NULL
cdef Py_ssize_t _spare_room = 0


cdef void _take_room(Book* b) noexcept:
    """Room for events that another engine needed and does not need any more: fresh memory costs more than a trade."""
    global _spare, _spare_room
    if b.event_room == 0 and _spare != NULL:
        b.events, b.event_room = _spare, _spare_room
        _spare, _spare_room = NULL, 0


cdef void _give_room(Book* b) noexcept:
    global _spare, _spare_room
    if _spare_room < b.event_room <= SPARE_ROOM:
        free(_spare)
        _spare, _spare_room = b.events, b.event_room
    else:
        free(b.events)
    b.events, b.event_room, b.event_count = NULL, 0, 0


@cython.final
cdef class _Rows:
    """Events handed over as they lie, to be read through the buffer protocol."""
    cdef Event* events
    cdef Py_ssize_t room
    cdef Py_ssize_t size

    def __getbuffer__(self, Py_buffer* view, int flags):
        PyBuffer_FillInfo(view, self, self.events, self.size, 0, flags)

    def __dealloc__(self):
        cdef Book b
        b.events, b.event_room = self.events, self.room
        _give_room(&b)


cdef object _hand_over(Book* b):
    cdef _Rows rows = _Rows()
    rows.events, rows.room, rows.size = b.events, b.event_room, b.event_count * sizeof(Event)
    b.events, b.event_room, b.event_count = NULL, 0, 0
    return rows
