# Several symbols of one account.

cdef inline bint _play_one(
    Book** books, const _Feed* feeds, _Plan* plans, Py_ssize_t s, Py_ssize_t i, double* worth
) noexcept nogil:
    """Play bar `i` of symbol `s` and place what is due; False where memory is out."""
    if not (_play_row(books[s], &feeds[s], &plans[s], i) and _place_due(books[s], &plans[s], i)):
        return False
    worth[0] = equity_of(books[s].account)
    return True


cdef bint _play_all(
    Book** books, const _Feed* feeds, _Plan* plans, const long long[::1] which, const long long[::1] row,
    double[::1] worth,
) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(which.shape[0]):
        if not _play_one(books, feeds, plans, which[k], row[k], &worth[k]):
            return False
    return True


cdef int _play_called(
    list engines, Book** books, const _Feed* feeds, _Plan* plans, const long long[::1] which,
    const long long[::1] row, double[::1] worth, object on_bar,
) except -1:
    """The same with a Python function, called when all bars that close at one moment are played."""
    cdef Py_ssize_t k, s, last = which.shape[0] - 1
    cdef list rows = [-1] * len(engines)
    for k in range(last + 1):
        s = which[k]
        if not _play_one(books, feeds, plans, s, row[k], &worth[k]):
            return False
        rows[s] = row[k]
        if k == last or feeds[which[k + 1]].closed[row[k + 1]] != feeds[s].closed[row[k]]:
            on_bar(tuple(engines), tuple(rows))
            worth[k] = equity_of(books[s].account)
    return True


def run_together(engines, bars, orders, equity, on_bar=None):
    cdef Py_ssize_t count = len(engines), s
    cdef Engine engine
    cdef _Feed* feeds = <_Feed*> calloc(count, sizeof(_Feed))
    cdef _Plan* plans = <_Plan*> calloc(count, sizeof(_Plan))
    cdef Book** books = <Book**> calloc(count, sizeof(Book*))
    cdef const unsigned char[::1] rows
    cdef const long long[::1] which, row
    cdef double[::1] worth
    cdef list running = []
    cdef bint has_room = True
    try:
        if feeds == NULL or plans == NULL or books == NULL:
            raise MemoryError("no memory for so many symbols")
        kept = _columns.checked_together(engines, bars, orders, equity, on_bar)
        for s in range(count):
            engine = engines[s]
            if engine.shared is not (<Engine> engines[0]).shared:
                raise ValueError(f"engine {s} has another account: make it beside the first")
            if engine.is_running:
                raise ValueError("the engine is running: it cannot be run from its own callback")
            books[s] = &engine.book
            _point(&feeds[s], kept.feeds[s])
            plans[s].request_count = len(kept.orders[s])
            if plans[s].request_count:
                rows = kept.orders[s].view("u1")
                plans[s].requests = <const Request*> &rows[0]
        which, row, worth = kept.which, kept.row, equity
        for engine in engines:
            engine.is_running = True
            running.append(engine)
        for s in range(count):
            has_room = has_room and _place_due(books[s], &plans[s], -1)
        if has_room and on_bar is None:
            with nogil:
                has_room = _play_all(books, feeds, plans, which, row, worth)
        elif has_room:
            has_room = _play_called(list(engines), books, feeds, plans, which, row, worth, on_bar)
        if not has_room:
            raise MemoryError("no memory for one more event")
        for engine in engines:
            engine._check()
    finally:
        for engine in running:
            engine.is_running = False
        free(feeds)
        free(plans)
        free(books)
