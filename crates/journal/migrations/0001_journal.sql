-- Small integers stand for words; `crates/journal/src/sqlite/words.rs` has them. Times are nanoseconds since 1970. A `checksum`
-- covers the other columns of its row, but for what may be taken out later, which has a sum of its own.

-- One row: what the whole has seen.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL,   -- raised by each restore
    counter INTEGER NOT NULL,      -- raised by each transaction
    epoch INTEGER NOT NULL,        -- the newest epoch given out, to an owner or a claim
    owner INTEGER NOT NULL,        -- the epoch of the process that owns it
    restored_as_of INTEGER,        -- while schedules are paused since a restore: the newest moment that the backup knows
    restored_at INTEGER,
    schema INTEGER NOT NULL,       -- a sum over all of the schema
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE programs (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    content BLOB NOT NULL,
    checksum INTEGER NOT NULL      -- over the kind: the digest is that of the content
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: the ids of entries are made of it
    id TEXT NOT NULL UNIQUE,
    automation TEXT NOT NULL,
    connection TEXT NOT NULL,
    program TEXT NOT NULL REFERENCES programs (digest),
    status INTEGER NOT NULL,
    outcome INTEGER,
    changed INTEGER NOT NULL,
    begun BLOB NOT NULL,           -- how it began, as JSON
    came BLOB NOT NULL,            -- what came of it, as JSON
    checksum INTEGER NOT NULL
) STRICT;

CREATE INDEX runs_by_scope ON runs (automation, connection, outcome);
CREATE INDEX runs_by_program ON runs (program);

-- What changes with every commit of a run, apart from its large row.
CREATE TABLE progress (
    run INTEGER PRIMARY KEY REFERENCES runs (serial) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    places INTEGER NOT NULL,       -- the sum of the sums of (number, position, void) of all entries
    checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE attempts (
    run INTEGER NOT NULL REFERENCES runs (serial) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    ending INTEGER,
    error BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    id INTEGER PRIMARY KEY,        -- the run's serial times 2^32, plus the number
    parallel INTEGER NOT NULL,     -- -1 on the trunk
    item INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    part INTEGER NOT NULL,
    state INTEGER NOT NULL,
    effect INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    account TEXT,
    target TEXT NOT NULL,
    items INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    settlement TEXT NOT NULL,
    requests INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    throttled INTEGER NOT NULL,
    waited INTEGER NOT NULL,
    took INTEGER NOT NULL,
    body_sum INTEGER,
    replaced_sum INTEGER,
    checksum INTEGER NOT NULL,
    arguments BLOB NOT NULL,
    replaced BLOB,                 -- gone after its retention
    body BLOB                      -- of a read gone once the run has finished
) STRICT;

-- Its first column is that of the run, so that one position of a run has one entry.
CREATE UNIQUE INDEX entries_by_position ON entries (id >> 32, parallel, item, sequence, part);

CREATE TABLE notes (
    id INTEGER PRIMARY KEY,        -- in the order in which they were said
    run INTEGER NOT NULL REFERENCES runs (serial) ON DELETE CASCADE,
    parallel INTEGER NOT NULL,
    item INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level TEXT NOT NULL,
    text BLOB NOT NULL,
    details BLOB NOT NULL,
    place TEXT,
    at INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    UNIQUE (run, parallel, item, number)
) STRICT;

CREATE TABLE state_values (
    automation TEXT NOT NULL,
    connection TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    changed INTEGER NOT NULL,
    changed_by TEXT,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (automation, connection, key)
) STRICT, WITHOUT ROWID;

-- What came of each due time of a schedule. Kept when the run is gone: it must not be made again.
CREATE TABLE occurrences (
    schedule TEXT NOT NULL,
    due TEXT NOT NULL,
    fate TEXT NOT NULL,            -- `run`, or why there is none
    reason TEXT,
    run TEXT,
    PRIMARY KEY (schedule, due)
) STRICT, WITHOUT ROWID;

-- The events that have made a run.
CREATE TABLE events (
    hook TEXT NOT NULL,
    event TEXT NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (hook, event)
) STRICT, WITHOUT ROWID;
