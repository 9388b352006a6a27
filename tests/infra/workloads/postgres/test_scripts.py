"""The scripts of the database's pods on a real PostgreSQL: started, dumped, killed half-way and put back."""

import re
import subprocess
import time
from collections.abc import Iterator

import pytest

from infra import versions

from .server import MAJOR, PASSWORD, USER, Server, server


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    with server() as made:
        made.start()
        made.secret("jobs", "canary-of-jobs")
        made.must("databases.sh", "jobs")
        yield made


@pytest.fixture
def db(shared: Server) -> Server:
    """One row in the database of the job ads."""
    if shared.process is None:
        shared.start()
    own(shared, "DROP TABLE IF EXISTS ads; CREATE TABLE ads (id int PRIMARY KEY, v vector(3))")
    own(shared, "INSERT INTO ads VALUES (1, '[1,2,3]')")
    return shared


def own(db: Server, text: str) -> str:
    return db.sql(text, database="jobs", role="jobs", password="canary-of-jobs")


def ads(db: Server) -> str:
    return own(db, "SELECT id FROM ads ORDER BY id")


def test_the_tests_run_the_major_version_that_the_cluster_runs():
    assert re.search(r"pg(\d+)", versions.POSTGRES_IMAGE)[1] == versions.POSTGRES_MAJOR == str(MAJOR)  # type: ignore[index]


def test_an_application_has_a_database_with_vectors_and_enters_no_other(db: Server):
    assert own(db, "SELECT v <-> '[1,2,4]' FROM ads") == "1"
    db.secret("chats", "canary-of-chats")
    db.must("databases.sh", "chats", "jobs")
    with pytest.raises(RuntimeError, match="permission denied for database"):
        db.sql("SELECT 1", database="chats", role="jobs", password="canary-of-jobs")
    db.sql("DROP DATABASE chats")


def test_a_password_that_was_changed_counts_after_the_next_run(db: Server):
    db.secret("jobs", "another")
    db.must("databases.sh", "jobs")
    with pytest.raises(RuntimeError, match="password authentication failed"):
        own(db, "SELECT 1")
    db.secret("jobs", "canary-of-jobs")
    db.must("databases.sh", "jobs")
    assert ads(db) == "1"


def test_an_administrator_that_is_no_superuser_as_on_rds_can_do_the_same(db: Server):
    db.sql("CREATE ROLE boss LOGIN CREATEDB CREATEROLE PASSWORD 'canary-of-boss'")
    db.secret("boss", "canary-of-boss")
    db.secret("mine", "canary-of-mine")
    assert "create extension" in db.script("databases.sh", "mine", PGUSER="boss", ADMIN_SECRET="boss").stderr
    db.sql("CREATE EXTENSION vector", database="mine")  # which RDS lets its administrators do
    db.must("databases.sh", "mine", PGUSER="boss", ADMIN_SECRET="boss")
    assert db.sql("SELECT '[1]'::vector", database="mine", role="mine", password="canary-of-mine") == "[1]"
    db.sql("DROP DATABASE mine")


def test_what_is_dumped_is_put_back_and_what_was_there_stays_beside_it(db: Server):
    db.must("dump.sh", str(db.dumps))
    own(db, "INSERT INTO ads VALUES (2, '[0,0,0]')")
    db.must("restore.sh", str(db.dumps))
    assert ads(db) == "1"
    assert db.sql("SELECT id FROM ads ORDER BY id", database="jobs__before") == "1\n2"
    own(db, "INSERT INTO ads VALUES (3, '[0,0,0]')")  # it owns what it had


def test_a_restore_pushes_out_whoever_is_inside(db: Server):
    db.must("dump.sh", str(db.dumps))
    own(db, "DELETE FROM ads")
    inside = subprocess.Popen(
        ("psql", "-d", "jobs", "-U", "jobs", "-c", "SELECT pg_sleep(60)"),
        env=db.environment | {"PGPASSWORD": "canary-of-jobs"},
        stderr=subprocess.DEVNULL,
        **USER,
    )
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND datname = 'jobs'"
    while db.sql(sleeping) == "0":
        time.sleep(0.02)
    db.must("restore.sh", str(db.dumps))
    assert inside.wait(30) != 0 and ads(db) == "1"


def test_a_restore_that_was_killed_half_way_has_changed_nothing_and_runs_again(db: Server):
    db.must("dump.sh", str(db.dumps))
    own(db, "INSERT INTO ads VALUES (2, '[0,0,0]')")
    # As if the kill came between reading in and changing places.
    db.sql("CREATE DATABASE jobs__restoring")
    assert ads(db) == "1\n2"
    (db.dumps / "ready" / "jobs.dump").rename(db.dumps / "aside")
    assert db.script("restore.sh", str(db.dumps)).returncode != 0
    assert ads(db) == "1\n2"
    (db.dumps / "aside").rename(db.dumps / "ready" / "jobs.dump")
    db.must("restore.sh", str(db.dumps))
    assert ads(db) == "1"


def test_a_dump_that_was_killed_half_way_leaves_nothing_that_could_be_taken(db: Server):
    db.must("dump.sh", str(db.dumps))
    # The dump waits for the lock that somebody holds on a table, and is killed there.
    holder = subprocess.Popen(
        ("psql", "-d", "jobs", "-U", "jobs", "-c", "BEGIN", "-c", "LOCK ads", "-c", "SELECT pg_sleep(60)"),
        env=db.environment | {"PGPASSWORD": "canary-of-jobs"},
        stderr=subprocess.DEVNULL,
        **USER,
    )
    locked = (
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation > 16383"
    )
    while db.sql(locked, database="jobs") == "0":
        time.sleep(0.02)
    done = db.run("timeout", "1", "sh", f"{db.folder}/scripts/dump.sh", str(db.dumps))
    holder.kill()
    holder.wait(30)
    db.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
    )
    assert done.returncode == 124
    assert not (db.dumps / "ready").exists() and (db.dumps / "half").exists()
    db.must("dump.sh", str(db.dumps))
    assert (db.dumps / "ready" / "jobs.dump").exists() and not (db.dumps / "half").exists()


def test_no_password_is_in_a_dump_or_a_log(db: Server):
    db.must("dump.sh", str(db.dumps))
    for path in (*(db.dumps / "ready").iterdir(), db.folder / "log"):
        content = path.read_bytes()
        assert b"canary" not in content and b"SCRAM" not in content, path


def test_a_killed_server_comes_back_with_what_it_held_and_takes_the_password_of_now(db: Server):
    db.stop("KILL")
    db.secret("postgres", "changed")
    db.start()
    assert db.sql("SELECT 1", password="changed") == "1"
    with pytest.raises(RuntimeError, match="password authentication failed"):
        db.sql("SELECT 1")
    assert ads(db) == "1"
    db.stop("INT")
    db.secret("postgres", PASSWORD)


def test_a_password_that_would_not_fit_between_quotes_is_refused_before_anything_starts(db: Server):
    db.stop("INT")
    db.secret("postgres", "it's")
    done = db.script("start.sh")
    db.secret("postgres", PASSWORD)
    assert done.returncode == 1 and "make secrets" in done.stderr and "it's" not in done.stderr


def test_a_volume_of_another_major_version_is_left_alone_with_the_way_on(db: Server):
    db.stop("INT")
    held = db.folder / "volume" / "data" / "PG_VERSION"
    held.write_text("12\n")
    done = db.script("start.sh")
    held.write_text(f"{MAJOR}\n")
    assert done.returncode == 1 and "of PostgreSQL 12" in done.stderr and "restore-database.md" in done.stderr


def test_a_first_start_that_was_killed_is_begun_anew():
    with server() as fresh:
        (fresh.folder / "volume" / "data.half").mkdir()
        (fresh.folder / "volume" / "data.half" / "PG_VERSION").write_text(f"{MAJOR}\n")
        fresh.secret("postgres", PASSWORD)
        fresh.start()
        assert fresh.sql("SELECT 1") == "1"
