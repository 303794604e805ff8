"""`fks people`: who may use the service, made and changed without it."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from fks_agents.cli._serving import first_admin
from fks_agents.cli._terminal import Terminal
from fks_agents.clock import SystemClock
from fks_agents.errors import UsageError
from fks_agents.service.auth import accounts, keys, passwords
from fks_agents.service.problems import Problem
from memory.ledger import Ledger
from memory.people import People
from tests.cli.conftest import Ran
from tests.postgres import served

Fks = Callable[..., Ran]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def people(fks: Fks, home: Path) -> Fks:
    return lambda *words: fks("people", *words, "--home", str(home))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@contextmanager
def kept(home: Path) -> Iterator[People]:
    with Ledger.open(home / "ledger.sqlite") as ledger:
        yield ledger.people


def test_the_first_admin_gets_a_password_that_is_shown_once(people: Fks, home: Path) -> None:
    assert "nobody can sign in yet" in people("list").out
    added = people("add", "ana", "--role", "admin")
    said, shown = added.out.splitlines()
    assert (added.code, said) == (0, "ana (admin) signs in with this password; it is not shown again:")
    with kept(home) as found:
        account = found.get("ana")
        assert account is not None
        assert passwords.fits(account.password_hash, shown.strip())
        assert shown.strip() not in account.password_hash
    assert shown.strip() not in people("list").out + people("list", "--json").out


def test_a_password_is_read_from_stdin_and_not_repeated(people: Fks, typed: Callable[[str], None], home: Path) -> None:
    typed("correct horse battery\n")
    added = people("add", "ana", "--stdin", "--json")
    assert added.json == {"name": "ana", "role": "viewer", "is_disabled": False}
    typed("another horse battery\n")
    assert people("password", "ana", "--stdin").out == "ana has another password\n"
    with kept(home) as found:
        account = found.get("ana")
        assert account is not None
        assert passwords.fits(account.password_hash, "another horse battery")
        assert not passwords.fits(account.password_hash, "correct horse battery")
        assert account.version == 2  # their sessions have ended


@pytest.mark.parametrize("words", [("add", "ana", "s3cret-words-here"), ("password", "ana", "s3cret-words-here")])
def test_a_password_is_no_argument(people: Fks, words: tuple[str, ...]) -> None:
    ran = people(*words)
    assert ran.code == 2
    assert "unexpected extra argument" in ran.err


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("add", "Ana"), "", "name: expected 1 to 63 small letters"),
        (("add", "ana/../root"), "", "name: expected 1 to 63 small letters"),
        (("add", "ana", "--role", "owner"), "", "'owner' is not one of 'viewer', 'trader', 'admin'"),
        (("add", "ana", "--stdin"), "short\n", "password: expected 12 to 256 characters, was 5"),
        (("add", "ana", "--stdin"), "aaaaaaaaaaaaaaaa\n", "expected at least 5 different characters"),
        (("add", "ana", "--stdin"), "", "--stdin: expected a password in one line, was nothing"),
        (("role", "bob", "admin"), "", "unknown person 'bob'"),
        (("password", "bob"), "", "unknown person 'bob'"),
        (("remove", "bob"), "", "unknown person 'bob'"),
        (("restore", "bob"), "", "unknown person 'bob'"),
        (("revoke", "0" * 16), "", "unknown key '0000000000000000'"),
        (("key", "no name"), "", "name: expected 1 to 63 small letters"),
        (("key", "bot", "--days", "0"), "", "invalid value for '--days'"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    people: Fks, typed: Callable[[str], None], home: Path, words: tuple[str, ...], given: str, said: str
) -> None:
    typed(given)
    ran = people(*words)
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())
    with kept(home) as found:
        assert (found.all(), found.all_keys()) == ((), ())


def test_a_name_is_taken_once(people: Fks) -> None:
    assert people("add", "ana").code == 0
    taken = people("add", "ana", "--role", "admin")
    assert (taken.code, "expected one that is free, was 'ana'" in taken.err) == (2, True)
    [still] = people("list", "--json").json
    assert still["role"] == "viewer"


def test_somebody_who_is_removed_keeps_the_name_and_nothing_else(people: Fks, home: Path) -> None:
    people("add", "ana", "--role", "admin")
    people("add", "bob", "--role", "trader")
    now = SystemClock().now()
    with kept(home) as found:
        theirs, _ = keys.make(found, "scanner", "viewer", by="bob", at=now)
        other, _ = keys.make(found, "grafana", "viewer", by="ana", at=now)
        assert people("remove", "bob", "--json").json == {"name": "bob", "role": "trader", "is_disabled": True}
        assert keys.holder(found, other, now).name == "grafana"
        with pytest.raises(Problem):
            keys.holder(found, theirs, now)
        assert people("add", "bob").code == 2
        assert "bob   trader  may not sign in" in people("list").out
        assert people("restore", "bob").out == "bob (trader) may sign in again\n"
        with pytest.raises(Problem):
            keys.holder(found, theirs, now)


def test_the_last_admin_stays(people: Fks) -> None:
    people("add", "ana", "--role", "admin")
    people("add", "bob", "--role", "trader")
    for words in (("remove", "ana"), ("role", "ana", "viewer")):
        ran = people(*words)
        assert (ran.code, "expected an admin to be left" in ran.err) == (2, True)
    assert people("role", "bob", "admin").code == 0
    assert people("remove", "ana").code == 0
    assert people("role", "bob", "admin").code == 0  # what changes nothing is no loss


def test_a_key_is_shown_once_and_opens_until_it_is_revoked_or_expires(people: Fks, home: Path) -> None:
    made = people("key", "grafana", "--days", "30", "--json").json
    now = SystemClock().now()
    with kept(home) as found:
        assert keys.holder(found, made["key"], now).role == "viewer"
        with pytest.raises(Problem):
            keys.holder(found, made["key"], now + timedelta(days=31))
        [listed] = people("keys", "--json").json
        assert listed == {name: value for name, value in made.items() if name != "key"}
        assert listed["made_by"].startswith("cli/")  # which no person is called
        with pytest.raises(UsageError):
            accounts.fit(listed["made_by"])
        assert people("revoke", made["id"]).out == "the key of grafana opens nothing any more\n"
        with pytest.raises(Problem):
            keys.holder(found, made["key"], now)
    assert "revoked" in people("keys").out
    assert made["key"].rpartition("_")[2] not in people("keys", "--json").out


def test_of_two_who_add_the_same_name_one_is_told(home: Path) -> None:
    Ledger.open(home / "ledger.sqlite").close()
    command = [sys.executable, "-m", "fks_agents", "people", "add", "ana", "--home", str(home)]

    def add(_: int) -> int:
        return subprocess.run(command, capture_output=True, check=False).returncode

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, range(2))) == [0, 2]


@pytest.mark.real
def test_it_works_on_postgres(fks: Fks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as server:
        monkeypatch.setenv("FKS_DATABASE_URL", server.fresh())
        monkeypatch.setenv("FKS_HOME", str(tmp_path / "nowhere"))
        assert fks("people", "add", "ana", "--role", "admin", "--json").json["role"] == "admin"
        assert fks("people", "key", "bot").code == 0
        assert fks("people", "remove", "ana").code == 2
        assert [one["name"] for one in fks("people", "list", "--json").json] == ["ana"]
        assert [one["name"] for one in fks("people", "keys", "--json").json] == ["bot"]
    assert not (tmp_path / "nowhere").exists()  # a machine that only reaches the database needs no home


@pytest.mark.real
def test_without_the_extra_it_is_named(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['argon2'] = None; from fks_agents.cli._app import run; "
    call = f"sys.exit(run(['people', 'add', 'ana', '--home', {str(tmp_path)!r}]))"
    ran = subprocess.run([sys.executable, "-c", hidden + call], capture_output=True, text=True, check=False)
    assert ran.returncode == 3
    assert "`fks people` needs argon2" in ran.stderr.replace(f"{sys.executable} -m ", "")


def test_where_other_machines_are_let_in_nobody_is_made_by_itself(
    home: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    open_to_all = Terminal({"home": str(home)}, ["service_host=0.0.0.0"], is_json=False)
    settings = open_to_all.settings
    with caplog.at_level(logging.WARNING, "fks.service"):
        first_admin(open_to_all, settings)
    assert capsys.readouterr().out == ""
    with kept(home) as found:
        assert found.is_empty()
    here = Terminal({"home": str(home)}, [], is_json=False)
    first_admin(here, here.settings)
    assert "sign in as admin with this password" in capsys.readouterr().out
    with kept(home) as found:
        assert [one.name for one in found.all()] == ["admin"]
