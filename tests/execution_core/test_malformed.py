"""Arrays that do not fit, and arrays of a hundred million values: refused by name, or run; never copied, never a crash.

Nothing here needs the memory that it speaks of: long columns repeat one page, or are read-only views of one value.
"""

from __future__ import annotations

import ctypes
import mmap
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings as effort, strategies as st
from numpy.typing import NDArray

from execution_core import Engine, backtest, encoders, markov, records, structure
from execution_core._engine import Engine as Compiled
from execution_core.records import Columns
from tests.execution_core.conftest import ENGINES

HUGE = 100_000_000
MEGABYTES = 1 << 20


def repeated(value: float, count: int = HUGE) -> NDArray[Any]:
    """One value, `count` times over, in the memory of one."""
    return np.broadcast_to(np.array(value), count)


@contextmanager
def contiguous(value: float, count: int = HUGE) -> Iterator[NDArray[Any]]:
    """A contiguous, read-only column of one value: 8 MiB of a file, mapped again and again behind one another."""
    piece, libc = 8 * MEGABYTES, ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    length = -(-8 * count // piece) * piece
    private, none, shared, fixed = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 0, mmap.MAP_SHARED, 0x10
    begin = libc.mmap(None, length, none, private, -1, 0)
    with tempfile.TemporaryFile() as file:
        file.write(np.full(piece // 8, value).tobytes())
        file.flush()
        for at in range(begin, begin + length, piece):
            assert libc.mmap(at, piece, mmap.PROT_READ, shared | fixed, file.fileno(), 0) == at
        words = (ctypes.c_byte * (8 * count)).from_address(begin)
        column: NDArray[Any] = np.frombuffer(memoryview(words), dtype=np.array(value).dtype)
        column.flags.writeable = False
        try:
            yield column
        finally:
            del column, words
            libc.munmap(begin, length)


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Fails where more memory than that is asked for at once, numpy's included."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= megabytes * MEGABYTES


def test_what_repeats_in_memory_is_as_long_as_it_says() -> None:
    with contiguous(7.0, 10_000_000) as column:
        assert column.flags.c_contiguous
        assert (len(column), column[0], column[-1], column[1 << 20]) == (10_000_000, 7.0, 7.0, 7.0)


# --- a hundred million that are refused, before anything is copied

TOO_LONG = r"must be contiguous where it has more than 16,777,216 values, had 100,000,000 of them 0 bytes apart"
LONG, WHEN = repeated(100.0), repeated(1)

REFUSED: dict[str, tuple[Callable[[type[Engine]], object], str]] = {
    "bars": (lambda make: make().run(WHEN, WHEN, LONG, LONG, LONG, LONG), "opened " + TOO_LONG),
    "bars of a shorter column": (
        lambda make: make().run(np.arange(5), WHEN, LONG, LONG, LONG, LONG), "closed must have 5 values, had 100000000",
    ),
    "bars of another dtype": (
        lambda make: make().run(repeated(1.0), WHEN, LONG, LONG, LONG, LONG), "opened must be a one-dim",
    ),
    "ticks": (lambda make: make().run_ticks(WHEN, LONG), "at " + TOO_LONG),
    "orders": (
        lambda make: make().run_ticks(
            np.arange(3), np.ones(3), orders=np.broadcast_to(records.requests([0], side=1, quantity=1.0), HUGE)
        ),
        "orders must be contiguous",
    ),
    "equity": (lambda make: make().run_ticks(np.arange(3), np.ones(3), equity=LONG), "equity must be contiguous"),
    "a run": (lambda make: backtest.run(make(), Columns(WHEN, WHEN, LONG, LONG, LONG, LONG)), "opened " + TOO_LONG),
    "wanted positions": (lambda make: backtest.targets(LONG), "expected at most 16,777,216 orders at once"),
    "turns": (lambda make: backtest.signals(WHEN), "expected at most 16,777,216 orders at once"),
    "requests": (lambda make: records.requests(WHEN, side=1, quantity=1.0), "bar must be one column of at most"),
    "average_ranges": (lambda make: structure.average_ranges(LONG, LONG, LONG, 14), "high " + TOO_LONG),
    "peaks": (lambda make: structure.peaks(LONG, 3), "values " + TOO_LONG),
    "encode": (lambda make: encoders.encode(LONG, 3, 1, 0.0), "prices " + TOO_LONG),
    "learn": (
        lambda make: encoders.learn(LONG, 1, 1, 0.0, 1.0, np.zeros(2), np.zeros(2), np.zeros(2, np.int64)),
        "prices " + TOO_LONG,
    ),
    "returns": (lambda make: markov.threshold(LONG), "returns " + TOO_LONG),
    "labels": (lambda make: markov.fit(np.broadcast_to(np.int8(1), HUGE)), "labels must be contiguous"),
}  # fmt: skip


@pytest.mark.parametrize("entry", sorted(REFUSED))
def test_a_hundred_million_values_that_do_not_fit_are_refused_before_a_copy(entry: str, make: type[Engine]) -> None:
    call, words = REFUSED[entry]
    with (
        at_most(64 if entry not in ("wanted positions", "turns") else 400),
        pytest.raises(ValueError, match="^" + words),
    ):
        call(make)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0, 0.0])
def test_one_bad_value_in_a_hundred_million_is_named(bad: float) -> None:
    with contiguous(100.0) as price, contiguous(1) as at, at_most(64):
        where = np.concatenate([np.full(9, 100.0), [bad]])
        engine = Compiled()
        with pytest.raises(ValueError, match=r"^row 9: bid must be finite and positive"):
            engine.run_ticks(at[:10].copy(), where)
        with pytest.raises(ValueError, match=r"^row 0: closed must be later than opened, was 1"):
            engine.run(at, at, price, price, price, price)
        assert engine.export() == Compiled().export()


# --- a hundred million that are run


def test_a_hundred_million_ticks_are_played_in_bounded_memory() -> None:
    orders = records.requests([5, HUGE - 2], kind="market", side=[1, -1], quantity=1.0)
    with contiguous(100.0) as price, contiguous(1) as at:
        engine = Compiled(cash=1000.0)
        with at_most(64):
            assert engine.run_ticks(at, price, price, orders=orders) == 2
        assert (engine.bars, engine.position, engine.cash) == (HUGE, 0.0, 1000.0)


def test_a_hundred_million_prices_are_learnt_in_bounded_memory() -> None:
    up, down, seen = np.zeros(2), np.zeros(2), np.zeros(2, dtype=np.int64)
    with contiguous(100.0) as price, at_most(64):
        assert encoders.learn(price, 1, 1, 99.0, 1.0, up, down, seen) == 0b11
    assert seen.tolist() == [0, 0]  # the first move makes the state, and there is no second


# --- any form at all

_SHAPES = st.sampled_from([(), (0,), (1,), (4,), (5,), (4, 1), (2, 2)])
_DTYPES = st.sampled_from(["f8", "f4", "i8", "i4", "u1", "b1", ">f8", ">i8", "U3", "O", "M8[ns]", "c16"])


@st.composite
def things(draw: st.DrawFn) -> Any:
    """Mostly arrays, of any dtype, shape, order and flag; else what is no array."""
    if draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from([None, 1.0, "close", [1.0] * 4, (1.0,), {}, np.float64(1.0), b"12345678"]))
    array = np.zeros(draw(_SHAPES), dtype=draw(_DTYPES))
    if array.dtype.kind in "fiu" and array.size:
        array[...] = draw(st.sampled_from([1, 2, 100]))
        if array.dtype.kind == "f" and draw(st.booleans()):
            array[(-1,) * array.ndim] = draw(st.sampled_from([np.nan, np.inf, -np.inf, -1.0, 1e30, 1e-30]))
    match draw(st.integers(0, 5)):
        case 0:
            array = array[::2] if array.ndim else array
        case 1:
            array = array[::-1] if array.ndim else array
        case 2:
            array.flags.writeable = False
        case 3:
            array = np.ma.MaskedArray(array, mask=True)
        case 4 if array.dtype.kind in "fiu" and array.ndim == 1:
            bytes_ = np.zeros(array.nbytes + 1, dtype=np.uint8)
            odd = bytes_[1:].view(array.dtype)
            odd[...] = array
            array = odd
    return array


def good(count: int = 4) -> list[Any]:
    opened = np.arange(count, dtype=np.int64) * 10
    price = np.full(count, 100.0)
    return [opened, opened + 10, price, price, price, price]


def _refusing(call: Callable[[], object]) -> None:
    try:
        call()
    except (ValueError, TypeError, OverflowError):
        return


@effort(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(ENGINES)), st.dictionaries(st.integers(0, 5), things(), max_size=2), st.data())
def test_bars_and_ticks_of_any_form_are_played_or_refused(
    kind: str, wrong: dict[int, Any], data: st.DataObject
) -> None:
    engine = ENGINES[kind](cash=1000.0)
    before = engine.export()
    columns = good()
    for at, value in wrong.items():
        columns[at] = value
    named: dict[str, Any] = {}
    for name in data.draw(st.sets(st.sampled_from(["volume", "ask", "orders", "equity", "finer"]), max_size=2)):
        thing = data.draw(things())
        named[name] = data.draw(st.sampled_from([thing, (thing,) * 4])) if name in ("ask", "finer") else thing
    if isinstance(named.get("finer"), tuple) and len(named["finer"]) == 4:
        named["finer"] = Columns(*(named["finer"] * 2)[:6])
    _refusing(lambda: engine.run(*columns, **named))
    if engine.bars == 0:
        assert engine.export() == before
    _refusing(lambda: engine.run_ticks(*(data.draw(things()) for _ in range(3))))


@effort(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(structure.__all__)), st.lists(things(), min_size=5, max_size=5), st.integers(-1, 2**62))
def test_kernels_answer_or_refuse_columns_of_any_form(name: str, columns: list[Any], width: int) -> None:
    calls: dict[str, tuple[Any, ...]] = {
        "average_ranges": (*columns[:3], width), "peaks": (columns[0], width), "breaks": (*columns, width),
        "first_above": (*columns[:3], True), "highest_after": (columns[0],), "highest_of": (columns[0], width),
        "means_of": (columns[0], width), "drifts": (columns[0], np.nan, np.inf), "states": (columns[0], np.nan, 0.0),
        "in_order": ([(*columns, None, 0, 1, 1)], columns[0]),
        "maxima": (columns[0],), "highest_between": (*columns[:3],),
    }  # fmt: skip
    _refusing(lambda: getattr(structure, name)(*calls[name]))


@effort(max_examples=300, deadline=None)
@given(st.lists(things(), min_size=4, max_size=4), st.integers(-3, 30), st.integers(-3, 2**40))
def test_encoders_answer_or_refuse_columns_of_any_form(columns: list[Any], depth: int, context: int) -> None:
    _refusing(lambda: encoders.encode(columns[0], depth, context, np.nan))
    _refusing(lambda: encoders.read(columns[0], depth, context, np.nan, columns[1]))
    _refusing(lambda: encoders.learn(columns[0], depth, context, np.inf, 0.5, columns[1], columns[2], columns[3]))
    _refusing(lambda: markov.fit(columns[0]))
    _refusing(lambda: markov.labels(columns[0], 0.1))


INF = np.array([np.inf, 1.0])
WHOLE: Any = np.arange(4)
NOTHING: Any = 3
REAL: Any = np.ones(1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: structure.peaks(np.array([1.0, np.nan]), 1), "row 1: values must be finite, was nan"),
        (lambda: structure.average_ranges(INF, INF, INF, 1), "row 0: high must be finite, was inf"),
        (lambda: structure.highest_of(WHOLE, 1), r"values must be a one-dimensional array of float64, was int64"),
        (lambda: structure.means_of(np.ma.masked_array(np.ones(2)), 1), "values must be .* was MaskedArray of float64"),
        (lambda: structure.first_above(np.ones(2), REAL, np.ones(1), True), "start must be .* was float64"),
        (lambda: encoders.encode(np.ones((2, 2)), 1, 1, 0.0), "prices must be a one-dimensional array of float64"),
        (lambda: encoders.learn(np.ones(2), 1, 1, 0.0, 1.0, np.zeros(4)[::2], np.zeros(2), np.zeros(2, np.int64)),
         "up must be contiguous and writeable"),
        (lambda: markov.fit(np.array([0.5, 1.0])), "labels must be a one-dimensional array of int8, was float64"),
        (lambda: markov.labels(np.array([0.1, np.nan]), 0.1), "row 1: return must be finite, was nan"),
        (lambda: backtest.run(Engine(), NOTHING), "bars must have the column opened, was int"),
        (lambda: Engine().run(*good(), finer=NOTHING), "bars must be `records.Columns`, was int"),
        (lambda: backtest.targets([[1.0]]), "positions must be a one-dimensional array of numbers, was float64"),
        (lambda: backtest.signals(["buy"]), "sides must be a one-dimensional array of numbers, was <U3"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(call: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_columns_that_are_not_aligned_are_read_all_the_same(make: type[Engine]) -> None:
    columns = good()
    odd = np.zeros(33, dtype=np.uint8)[1:].view(np.float64)
    odd[...] = 100.0
    assert not odd.flags.aligned
    columns[5] = odd
    make().run(*columns)


# --- saved states


@pytest.mark.parametrize(
    ("part", "field", "value", "words"),
    [
        ("orders", 2, "iceberg", "kind of a saved order must be one of market, .*, was 'iceberg'"),
        ("orders", 4, 7, "side of a saved order must be one of -1, 0, 1, was 7"),
        ("orders", 9, float("nan"), "quantity of a saved order must be a finite number, was nan"),
        ("orders", 9, -1.0, "quantity of a saved order must not be negative"),
        ("orders", 0, "1", "order_id of a saved order must be a finite number, was '1'"),
        ("account", "bars", 2**70, "bars of a saved account must be a finite number"),
        ("account", "cash", None, "cash of a saved account must be a finite number, was None"),
        ("guard", "tripped_by", "boredom", "tripped_by of a saved guard must be one of"),
    ],
)
def test_a_saved_state_that_was_tampered_with_is_refused(
    make: type[Engine], part: str, field: Any, value: object, words: str
) -> None:
    engine = make(cash=1000.0)
    engine.place("limit", "buy", 1.0, 98.0)
    state: dict[str, Any] = engine.export()
    (state[part][0] if part == "orders" else state[part])[field] = value
    with pytest.raises(ValueError, match="^" + words):
        make.restore(state)
