"""How the conversations' SQLite file is opened: one connection kept open, and a log that is appended to (WAL).

Every answer waits for its turn to be written. With a rollback journal that is two waits for the disk; with a log it is one
append. A crash of the program loses nothing. A power cut may lose the last moments' turns, but none that was asked to be `kept`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool


def is_file(engine: Engine) -> bool:
    """Whether it is an SQLite database on disk."""
    return engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:")


def opened(url: Any) -> Engine:
    """An engine for that file whose connections stay open and write to the log."""
    engine = sa.create_engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def begin(connection: Any, _: Any) -> None:
        # On a file system without shared memory there is no log; there every turn waits for the disk, as it does by default.
        if connection.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",):
            connection.execute("PRAGMA synchronous=NORMAL")

    return engine


@contextmanager
def writing(engine: Engine, kept: bool) -> Iterator[Connection]:
    """A transaction of any database. `kept`: also in SQLite's log it is on the disk when this returns, power cut or not."""
    with engine.connect() as connection:
        if not (kept and is_file(engine)):
            with connection.begin():
                yield connection
            return
        before = connection.exec_driver_sql("PRAGMA synchronous").scalar()
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
        try:
            with connection.begin():
                yield connection
        finally:
            connection.exec_driver_sql(f"PRAGMA synchronous={before}")
