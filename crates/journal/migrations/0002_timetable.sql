-- What the scheduler knows. The table of occurrences was never written to before.
DROP TABLE occurrences;

-- A schedule as it stands: one connection's share of an automation.
CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    record BLOB NOT NULL,          -- as JSON
    checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What came of each due time of a schedule. Kept when the run is gone: it must not be made again.
CREATE TABLE occurrences (
    schedule TEXT NOT NULL,
    due INTEGER NOT NULL,
    fate INTEGER NOT NULL,
    reason TEXT NOT NULL,
    starts INTEGER NOT NULL,       -- when it begins, or would have begun: later than due by its jitter
    decided INTEGER NOT NULL,
    run TEXT,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (schedule, due)
) STRICT, WITHOUT ROWID;

CREATE INDEX occurrences_by_due ON occurrences (due);
CREATE INDEX occurrences_by_fate ON occurrences (fate);

-- One row: what was deployed last, and the programs that it needs.
CREATE TABLE deployments (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    record BLOB NOT NULL,
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE deployed_programs (
    digest TEXT PRIMARY KEY REFERENCES programs (digest)
) STRICT, WITHOUT ROWID;

-- What is to be told to people, until it is.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL,
    key TEXT NOT NULL,             -- names what is told: the same is told once
    state INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    record BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (recipient, key)
) STRICT;

CREATE INDEX notices_by_state ON notices (state);

-- The events that have made a run, and when. No version before this one made any.
DROP TABLE events;

CREATE TABLE events (
    hook TEXT NOT NULL,
    event TEXT NOT NULL,
    run TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (hook, event)
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_by_status ON runs (status);
