"""huey's SQLite storage, step by step on one connection: enqueue and dequeue.

It deletes a task when it takes it, so that nothing is left to complete. Its steps lock the file, so
that callers only ever stand in line: one loop is the best it can do. Arguments: a folder, seconds.
Says its tasks a second.
"""

import os
import sys
import time

from huey.storage import SqliteStorage

folder, seconds = sys.argv[1], float(sys.argv[2])
storage = SqliteStorage(name="bench", filename=os.path.join(folder, "huey.db"))
payload = b"x" * 200
started = time.monotonic()
done = 0
while time.monotonic() - started < seconds:
    storage.enqueue(payload)
    assert storage.dequeue() is not None
    done += 1
print(round(done / (time.monotonic() - started)))
