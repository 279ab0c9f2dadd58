"""Backoff, ids and the choice of a data folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kit import embedded
from kit.backoff import backoff_delay
from kit.ids import hash_token, new_button_token, new_id, new_token
from kit.settings import Settings


@given(st.integers(0, 10_000), st.floats(0.01, 10), st.floats(10, 100))
def test_delays_grow_up_to_the_cap_and_never_vanish(attempt, base, cap):
    delay = backoff_delay(attempt, base=base, cap=cap)
    assert min(cap, base) / 2 <= delay <= cap


def test_ids_sort_by_the_time_they_were_made():
    ids = []
    for _ in range(5):
        ids.append(new_id())
        while new_id().bytes[:6] == ids[-1].bytes[:6]:
            pass
    assert ids == sorted(ids)
    assert {made.version for made in ids} == {7}


def test_tokens_are_long_unalike_and_fit_a_button():
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) == 43
    assert len(new_button_token()) <= 32
    assert hash_token("a") != hash_token("b")


def test_as_root_an_unreachable_folder_is_replaced(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    chosen = embedded.choose_data_dir(closed / "postgres")
    assert chosen.parent == embedded.ROOT_HOME
    with pytest.raises(embedded.EmbeddedDatabaseError, match="DATA_DIR"):
        embedded.require_reachable(closed)


def test_anybody_else_gets_the_folder_they_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert embedded.choose_data_dir(tmp_path / "x") == tmp_path / "x"


def test_processes_that_were_killed_are_forgotten(tmp_path: Path):
    listing = tmp_path / ".handle_pids.json"
    listing.write_text("[999999999]")
    embedded._forget_dead_processes(tmp_path)
    assert listing.read_text() == "[]"


def test_too_few_connections_for_the_workers_are_refused():
    with pytest.raises(ValidationError, match="DATABASE_POOL_SIZE=89"):
        Settings(workers=32, database_pool_size=20)
