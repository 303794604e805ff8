"""What a desk promises around its decisions."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from fks_agents import analyze
from fks_agents.bars import Series
from fks_agents.contracts import AccountView, OrderIntent, Receipt
from fks_agents.deps import Call
from fks_agents.errors import ConfigError, DataError, LedgerError, LookaheadError, RefusedError, UsageError
from fks_agents.llm.scripted import ScriptedChat
from fks_agents.settings import load
from graphs import checkpoints
from graphs.checkpoints import sqlite_saver
from graphs.desk import Desk, open_feeds
from graphs.opening import moment_of, open_desk
from tests.graphs.scripts import honest
from tools.macro.sample import SampleMacro

AS_OF = datetime(2018, 4, 20, 20, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return open_desk(load(home=tmp_path))


def test_one_call_decides(tmp_path: Path) -> None:
    cycle = analyze("SPX", timeframe="1d", source="sample", as_of="2018-12-24T21:00:00Z", home=tmp_path)
    assert (cycle.plan is not None, cycle.verdict.outcome) == (True, "pass")
    assert "SPX" in cycle.explain()


def test_a_desk_and_settings_beside_it_are_refused(desk: Desk) -> None:
    with desk, pytest.raises(UsageError, match="source cannot be given beside it"):
        analyze("SPX", desk=desk, source="sample")


def test_the_newest_bar_is_the_default_moment(desk: Desk) -> None:
    with desk:
        assert desk.analyze("SPX").as_of == datetime(2018, 12, 31, 21, tzinfo=UTC)


def test_a_look_is_what_a_decision_would_see_and_leaves_no_trace(desk: Desk) -> None:
    with desk:
        seen = desk.look("SPX", as_of=AS_OF)
        assert desk.ledger.decisions.unfinished() == ()
        cycle = desk.analyze("SPX", as_of=AS_OF)
    assert cycle.snapshot == seen


def test_a_replay_gives_the_same_bytes(desk: Desk) -> None:
    with desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        replayed = desk.replay(cycle.id)
        assert replayed.is_identical, replayed.differences
        assert replayed.cycle.as_json() == cycle.as_json()


def test_a_replay_asks_no_model_and_meets_the_same_failures(tmp_path: Path) -> None:
    def moody(call: Call) -> str:
        return "" if call.role == "macro" else honest(call)

    chat = ScriptedChat(moody)
    with open_desk(load(home=tmp_path), chats={"quick": chat, "deep": chat}) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        made = len(chat.asked)
        replayed = desk.replay(cycle.id)
    assert any(report.analyst == "macro" and report.abstained for report in cycle.reports)
    assert (len(chat.asked), replayed.differences) == (made, ())


def test_a_decision_is_replayed_without_the_model_that_made_it(tmp_path: Path) -> None:
    gone = ScriptedChat(honest, name="anthropic:gone")
    settings = load(home=tmp_path, model="anthropic:gone")
    with open_desk(settings, chats={"quick": gone, "deep": gone}) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    with open_desk(settings) as desk:
        with pytest.raises(ConfigError, match="langchain-anthropic"):
            desk.analyze("SPX", as_of=AS_OF)
        assert desk.replay(cycle.id).differences == ()


def test_a_replay_says_what_differs_when_a_rule_has_changed(tmp_path: Path) -> None:
    chat = ScriptedChat(honest)
    with open_desk(load(home=tmp_path), chats={"quick": chat, "deep": chat}) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
    with open_desk(load(home=tmp_path), chats={"quick": None, "deep": None}) as other:
        replayed = other.replay(cycle.id)
    assert not replayed.is_identical
    assert any(line.startswith("cycle.reports[0].model: was") for line in replayed.differences)


def test_memory_of_later_lessons_does_not_change_a_replay(desk: Desk) -> None:
    with desk:
        first = desk.analyze("SPX", as_of=AS_OF)
        desk.advance()
        later = desk.analyze("SPX", as_of=AS_OF + timedelta(days=60))
        assert any(report.recalled for report in later.reports)
        assert not any(report.recalled for report in first.reports)
        assert desk.replay(first.id).is_identical
        assert desk.replay(later.id).is_identical


def test_the_account_is_followed_to_the_end_of_the_trade(desk: Desk) -> None:
    with desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        [advanced] = desk.advance()
        assert advanced.result is not None
        assert advanced.fills[0].leg == "entry"
        paid = sum(
            (fill.price if fill.side == "sell" else -fill.price) * fill.quantity - fill.fee for fill in advanced.fills
        )
        assert advanced.result.profit == pytest.approx(paid, rel=1e-12)
        assert advanced.equity == pytest.approx(100_000.0 + paid, rel=1e-12)
        assert desk.ledger.results.result(cycle.id) == advanced.result
        assert desk.advance() == ()


def test_running_an_account_on_in_steps_ends_like_running_it_at_once(tmp_path: Path) -> None:
    ends = []
    for name, steps in (("once", 1), ("steps", 30)):
        with open_desk(load(home=tmp_path / name)) as desk:
            cycle = desk.analyze("SPX", as_of=AS_OF)
            for day in range(1, steps + 1):
                desk.advance(until=AS_OF + timedelta(days=30 * day / steps))
            ends.append((desk.ledger.results.result(cycle.id), desk.ledger.paper.fills(decision_id=cycle.id)))
    assert ends[0] == ends[1]
    assert ends[0][0] is not None


def test_a_feed_that_is_gone_stops_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    closes = [100.0 + (n % 7) for n in range(400)]
    rows = [f"{AS_OF + timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ},{c},{c + 1},{c - 1},{c},5" for n, c in enumerate(closes)]
    (folder / "own.csv").write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows[:300]) + "\n")
    monkeypatch.chdir(folder)
    settings = load(home=tmp_path / "home", source="csv:own.csv", timeframe="1h", higher_timeframe="1d", account="one")
    with open_desk(settings) as desk:
        own = desk.analyze("own")
    monkeypatch.chdir(tmp_path)
    sample = settings.having(source="sample", timeframe="1d", higher_timeframe="1w", account="one")
    with open_desk(sample) as desk:
        (folder / "own.csv").write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
        assert [(one.decision_id, one.problem) for one in desk.advance()] == [(own.id, None)]
    (folder / "own.csv").unlink()
    with open_desk(load(home=tmp_path / "other")) as desk:
        missing = desk.settings.having(source=f"csv:{folder / 'own.csv'}")
        assert missing.source.endswith("own.csv")


def test_an_unreadable_feed_is_a_problem_of_its_own_decisions(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rows = [f"{AS_OF + timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ},9,10,8,9,5" for n in range(300)]
    path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    flat = load(home=tmp_path / "home", source=f"csv:{path}", timeframe="1h", higher_timeframe="1d", min_quality=0)
    with open_desk(flat) as desk:
        own = desk.analyze("own")
    path.unlink()
    with open_desk(load(home=tmp_path / "home")) as desk:
        traded = desk.analyze("SPX", as_of=AS_OF)
        advanced = {one.decision_id: one for one in desk.advance()}
        assert advanced[traded.id].result is not None
        assert "own.csv" in (advanced[own.id].problem or "")
        assert advanced[own.id].result is None


def test_decisions_now_of_different_sources_have_different_accounts(tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path)) as desk:
        cycle = desk.analyze("SPX")
        assert desk.ledger.decisions.admission(cycle.id).account == "main@sample"


def test_what_is_ordered_leaves_less_room(tmp_path: Path) -> None:
    settings = load(home=tmp_path, account="one", min_seconds_between_trades=0.0)
    with open_desk(settings) as desk:
        first, second = desk.analyze("SPX", as_of=AS_OF), desk.analyze("SPX", as_of=AS_OF)
    assert first.sized is not None
    assert second.sized is not None
    assert first.sized.notional == pytest.approx(25_000.0, rel=1e-3)
    # The lot rounds down, so that a scrap of room stays: less than one lot of the price.
    assert second.sized.notional < 1.0
    assert second.sized.limits[0].limit == "position"


def test_a_second_order_at_the_same_moment_comes_too_soon(tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path, account="one", max_position=1.0)) as desk:
        desk.analyze("SPX", as_of=AS_OF)
        second = desk.analyze("SPX", as_of=AS_OF)
    assert second.status == "refused"
    assert "since the last trade" in second.reason


def test_decisions_about_the_past_do_not_meet_in_one_account(desk: Desk) -> None:
    with desk:
        first = desk.analyze("SPX", as_of=AS_OF)
        again = desk.analyze("SPX", as_of=AS_OF)
        assert first.digest == again.digest
        assert first.id != again.id
        assert {order.client_order_id for order in first.orders}.isdisjoint(o.client_order_id for o in again.orders)


def test_a_named_account_cannot_go_back_in_time(tmp_path: Path) -> None:
    with open_desk(load(home=tmp_path, account="mine")) as desk:
        desk.analyze("SPX", as_of=AS_OF)
        desk.advance()
        with pytest.raises(LookaheadError, match="'mine' has already seen bars to 2018-12-31"):
            desk.analyze("SPX", as_of=AS_OF)
        assert desk.ledger.decisions.unfinished() == ()


def test_order_intents_are_on_record_before_the_broker_hears_of_them(tmp_path: Path) -> None:
    class Breaking:
        def account(self, symbol: str, as_of: datetime) -> object:
            return open_desk(load(home=tmp_path / "other")).broker("x", load()).account(symbol, as_of)

        def known(self, bracket: object) -> None:
            raise AssertionError("nothing is halted")

        def place(self, bracket: tuple[OrderIntent, ...]) -> object:
            del bracket
            raise KeyboardInterrupt

    with open_desk(load(home=tmp_path), broker=lambda account, settings: Breaking()) as desk:  # type: ignore[arg-type, return-value]
        with pytest.raises(KeyboardInterrupt):
            desk.analyze("SPX", as_of=AS_OF)
        [unfinished] = desk.ledger.decisions.unfinished()
        assert len(desk.ledger.orders.intents(unfinished.id)) == 3
    with open_desk(load(home=tmp_path)) as again:
        cycle = again.resume(unfinished.id)
        assert cycle.status == "working"
        assert cycle.orders == again.ledger.orders.intents(unfinished.id)


def test_a_finished_decision_resumes_to_itself(desk: Desk) -> None:
    with desk:
        cycle = desk.analyze("SPX", as_of=AS_OF)
        assert desk.resume(cycle.id) == cycle


@pytest.mark.parametrize(
    ("symbol", "as_of", "error", "said"),
    [
        ("FOO", AS_OF, UsageError, "unknown symbol 'FOO'.*IXIC, SPX"),
        ("SPX", datetime(1990, 1, 1, tzinfo=UTC), DataError, "data begin with the bar closed 1999-01-04"),
        ("SPX", datetime(2100, 1, 1, tzinfo=UTC), UsageError, "expected a time that has passed"),
        ("SPX", datetime(2018, 1, 1), UsageError, "expected a time with a zone"),  # noqa: DTZ001
    ],
)
def test_what_cannot_be_studied_is_refused_before_it_is_admitted(
    desk: Desk, symbol: str, as_of: datetime, error: type[Exception], said: str
) -> None:
    with desk:
        with pytest.raises(error, match=said):
            desk.analyze(symbol, as_of=as_of)
        assert desk.ledger.decisions.unfinished() == ()
        assert desk.ledger.decisions.history() == ()


def test_too_few_bars_are_an_error_and_a_recorded_no_decision(desk: Desk) -> None:
    with desk:
        with pytest.raises(DataError, match=r"expected at least 250 bars .* was 103"):
            desk.analyze("SPX", as_of=datetime(1999, 6, 1, 21, tzinfo=UTC))
        [entry] = desk.ledger.decisions.history()
        assert (entry.status, desk.advance()) == ("no_decision", ())
        with pytest.raises(UsageError, match="nothing to replay"):
            desk.replay(entry.id)


def test_a_timeframe_without_a_longer_one_is_refused_before_anything_runs(desk: Desk) -> None:
    with desk, pytest.raises(ConfigError, match="longer than timeframe '1w'"):
        desk.analyze("SPX", timeframe="1w")


def test_a_home_that_cannot_be_written_is_refused_before_any_model_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot write to the home folder"):
        open_desk(load(home=tmp_path / "file" / "home"))


def test_a_time_is_read_with_its_zone() -> None:
    assert moment_of("2018-12-24T16:00:00-05:00") == datetime(2018, 12, 24, 21, tzinfo=UTC)
    with pytest.raises(UsageError, match="with a zone"):
        moment_of("2018-12-24T16:00:00")
    for number_or_word in ("yesterday", "2019", "1546300800", "0"):
        with pytest.raises(UsageError, match="expected a time like"):
            moment_of(number_or_word)


@pytest.mark.parametrize(
    ("named", "said"), [({"detectors": ("foo",)}, "detector 'foo'"), ({"forecasters": ("foo",)}, "forecaster 'foo'")]
)
def test_a_setting_that_names_nothing_is_refused_before_anything_is_admitted(
    tmp_path: Path, named: dict[str, tuple[str, ...]], said: str
) -> None:
    with open_desk(load(home=tmp_path, **named)) as desk:
        with pytest.raises(UsageError, match=f"unknown {said}"):
            desk.analyze("SPX", as_of=AS_OF)
        assert desk.ledger.decisions.unfinished() == ()


def test_a_defect_in_a_step_ends_the_decision_and_is_told(tmp_path: Path) -> None:
    class Broken(SampleMacro):
        def series(self, as_of: datetime) -> tuple[Series, ...]:
            raise ZeroDivisionError("token=abcdefgh12345678 in the address")

    feeds = open_feeds("sample", None)._replace(macro=Broken())
    with open_desk(load(home=tmp_path), feeds=feeds) as desk:
        with pytest.raises(ZeroDivisionError):
            desk.analyze("SPX", as_of=AS_OF)
        [entry] = desk.ledger.decisions.history()
        assert (entry.status, desk.ledger.decisions.unfinished()) == ("no_decision", ())
        assert entry.reason == "broke off with ZeroDivisionError: token=[redacted] in the address"


def test_a_defect_after_an_order_was_committed_leaves_the_decision_to_be_resumed(tmp_path: Path) -> None:
    class Unclear:
        def account(self, symbol: str, as_of: datetime) -> AccountView:
            return AccountView(equity=100_000.0, cash=100_000.0)

        def known(self, bracket: object) -> None:
            raise AssertionError("nothing is halted")

        def place(self, bracket: tuple[OrderIntent, ...]) -> tuple[Receipt, ...]:
            raise ZeroDivisionError

    with open_desk(load(home=tmp_path), broker=lambda account, settings: Unclear()) as desk:  # type: ignore[arg-type, return-value]
        with pytest.raises(ZeroDivisionError):
            desk.analyze("SPX", as_of=AS_OF)
        [unfinished] = desk.ledger.decisions.unfinished()
    with open_desk(load(home=tmp_path)) as again:
        assert again.resume(unfinished.id).status == "working"


def test_checkpoints_that_cannot_be_written_leave_the_decision_to_be_resumed(tmp_path: Path) -> None:
    def full() -> SqliteSaver:
        saver = sqlite_saver(tmp_path / "checkpoints.sqlite")
        saver.conn.execute("PRAGMA max_page_count=20")
        return saver

    with open_desk(load(home=tmp_path), checkpoints=full) as desk:
        with pytest.raises(LedgerError, match=r"cannot be kept: database or disk is full; `fks resume \w+` goes on"):
            desk.analyze("SPX", as_of=AS_OF)
        [unfinished] = desk.ledger.decisions.unfinished()
    with open_desk(load(home=tmp_path)) as again:
        assert again.resume(unfinished.id).status == "working"


def test_a_listener_that_breaks_leaves_the_decision_to_be_resumed(desk: Desk) -> None:
    def breaks(node: str, learned: object) -> None:
        if node == "bull":
            raise BrokenPipeError

    with desk:
        with pytest.raises(BrokenPipeError):
            desk.analyze("SPX", as_of=AS_OF, on_event=breaks)
        [unfinished] = desk.ledger.decisions.unfinished()
        assert desk.resume(unfinished.id).status == "working"


def interrupted(home: Path, chat: ScriptedChat) -> str:
    """The id of a decision that was stopped when the bull was asked; its steps then renamed a field since."""

    def stops(node: str, learned: object) -> None:
        if node == "technical_analyst":
            raise KeyboardInterrupt

    with open_desk(load(home=home, min_conviction=0.5), chats={"quick": chat, "deep": chat}) as desk:
        with pytest.raises(KeyboardInterrupt):
            desk.analyze("SPX", as_of=AS_OF, on_event=stops)
        [unfinished] = desk.ledger.decisions.unfinished()
    with closing(sqlite3.connect(home / "checkpoints.sqlite")) as steps:
        for table, column in (("checkpoints", "checkpoint"), ("writes", "value")):
            for row, kept in steps.execute(f"SELECT rowid, {column} FROM {table}").fetchall():
                changed = bytes(kept).replace(b"conviction", b"konviction")
                steps.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))
        steps.commit()
    return unfinished.id


def test_steps_of_another_version_are_made_again_and_nobody_is_asked_twice(tmp_path: Path) -> None:
    chat, fresh = ScriptedChat(honest), ScriptedChat(honest)
    decision = interrupted(tmp_path / "old", chat)
    with open_desk(load(home=tmp_path / "old"), chats={"quick": chat, "deep": chat}) as desk:
        resumed = desk.resume(decision)
    with open_desk(load(home=tmp_path / "new", min_conviction=0.5), chats={"quick": fresh, "deep": fresh}) as desk:
        whole = desk.analyze("SPX", as_of=AS_OF)
    assert resumed.digest == whole.digest
    assert len(chat.asked) == len(fresh.asked)


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_without_validation_such_steps_break_the_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = ScriptedChat(honest)
    decision = interrupted(tmp_path, chat)
    monkeypatch.setattr(checkpoints, "_fits", lambda value: True)
    with open_desk(load(home=tmp_path), chats={"quick": chat, "deep": chat}) as desk, pytest.raises(AttributeError):
        desk.resume(decision)


def test_a_decision_that_is_being_made_is_not_made_beside(tmp_path: Path) -> None:
    chat = ScriptedChat(honest)
    told: list[str] = []

    def meanwhile(node: str, learned: object) -> None:
        if node == "manager":
            with open_desk(load(home=tmp_path), chats={"quick": chat, "deep": chat}) as other:
                [running] = other.ledger.decisions.unfinished()
                with pytest.raises(RefusedError, match="is being made by another process"):
                    other.resume(running.id)
                told.append(running.id)

    with open_desk(load(home=tmp_path, min_conviction=0.5), chats={"quick": chat, "deep": chat}) as desk:
        cycle = desk.analyze("SPX", as_of=AS_OF, on_event=meanwhile)
        assert told == [cycle.id]
        assert len(chat.asked) == len(desk.ledger.calls.calls(cycle.id))
        assert desk.resume(cycle.id) == cycle
    assert list((tmp_path / "running").iterdir()) == []
