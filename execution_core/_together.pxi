# Several symbols of one account.

def run_together(engines, bars, orders, equity):
    cdef Py_ssize_t count = len(engines), s, k
    cdef Engine engine
    cdef _Feed* feeds = <_Feed*> calloc(count, sizeof(_Feed))
    cdef _Plan* plans = <_Plan*> calloc(count, sizeof(_Plan))
    cdef Book** books = <Book**> calloc(count, sizeof(Book*))
    cdef const unsigned char[::1] rows
    cdef const long long[::1] which, row
    cdef double[::1] worth
    cdef bint has_room = True
    try:
        if feeds == NULL or plans == NULL or books == NULL:
            raise MemoryError("no memory for so many symbols")
        kept = _columns.checked_together(engines, bars, orders, equity)
        for s in range(count):
            engine = engines[s]
            if engine.shared is not (<Engine> engines[0]).shared:
                raise ValueError(f"engine {s} has another account: make it beside the first")
            books[s] = &engine.book
            _point(&feeds[s], kept.feeds[s])
            plans[s].request_count = len(kept.orders[s])
            if plans[s].request_count:
                rows = kept.orders[s].view("u1")
                plans[s].requests = <const Request*> &rows[0]
        which, row, worth = kept.which, kept.row, equity
        with nogil:
            for s in range(count):
                has_room = has_room and _place_due(books[s], &plans[s], -1)
            for k in range(which.shape[0]):
                s = which[k]
                if not has_room:
                    break
                has_room = _play_row(books[s], &feeds[s], &plans[s], row[k]) and _place_due(
                    books[s], &plans[s], row[k]
                )
                worth[k] = equity_of(books[s].account)
        if not has_room:
            raise MemoryError("no memory for one more event")
        for engine in engines:
            engine._check()
    finally:
        free(feeds)
        free(plans)
        free(books)
