"""Un fil fait ses travaux dans l'ordre, survit à leurs échecs, et finit ce qui attend."""

import sqlite3

from chatroom.server.storage.threads import Worker


def test_jobs_are_done_in_order_and_one_that_fails_stops_nothing() -> None:
    worker = Worker("essai", sqlite3.connect(":memory:", check_same_thread=False))
    found: list[int] = []
    worker.submit(lambda _: found.append(1))
    worker.submit(lambda base: base.execute("ceci n'est pas du SQL"))
    worker.submit(lambda base: found.extend(base.execute("SELECT 2").fetchone()))
    worker.close()
    assert found == [1, 2]
