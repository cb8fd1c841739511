-- The first schema. Instants are Unix milliseconds, UTC. Codes are those of `domain::words`.
-- Ids are `domain::ids`: rowids in order of creation, so that "newest first" needs no index.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE connection (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    environment INTEGER NOT NULL,
    channel INTEGER,
    address TEXT,
    state INTEGER NOT NULL,
    failure INTEGER REFERENCES failure (id),
    since INTEGER NOT NULL,
    last_good INTEGER,
    last_receipt INTEGER,
    refused_receipts INTEGER NOT NULL DEFAULT 0,
    fields TEXT NOT NULL,              -- JSON object: what is no secret
    urls TEXT NOT NULL,                -- JSON object: host variables overridden
    quota TEXT,                        -- JSON: headroom as last seen
    removed_at INTEGER,                -- kept while messages refer to it
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE credential (
    connection INTEGER PRIMARY KEY REFERENCES connection (id),
    sealed BLOB NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- What gates a claim and must survive a restart.
CREATE TABLE gate (
    connection INTEGER PRIMARY KEY REFERENCES connection (id),
    booked_until INTEGER,              -- theoretical arrival time of the sender's pace
    cool_until INTEGER,                -- the provider asked us to wait
    refusals INTEGER NOT NULL DEFAULT 0,
    breaker TEXT                       -- JSON of `domain::Breaker`; NULL while pristine
) STRICT;

-- A failure's words are kept once, not with every message that met it.
CREATE TABLE failure (
    id INTEGER PRIMARY KEY,
    class INTEGER NOT NULL,
    code TEXT NOT NULL,
    say TEXT NOT NULL,
    remedy TEXT NOT NULL,
    UNIQUE (class, code, say, remedy)
) STRICT;

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL REFERENCES connection (id),
    channel INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason INTEGER,                    -- why it is held
    due_at INTEGER,                    -- may be claimed from here on; NULL: only an event moves it
    look_at INTEGER,                   -- an unknown outcome is looked up next
    looks INTEGER NOT NULL DEFAULT 0,
    priority INTEGER NOT NULL,
    hour INTEGER NOT NULL,             -- hour it is meant for, since 1970: the chart's bar
    units INTEGER NOT NULL,            -- what it costs of the sender's pace
    recipient TEXT NOT NULL,
    name TEXT,
    watch TEXT,                        -- recipient, while an answer that must be looked up is open
    round INTEGER NOT NULL DEFAULT 0,  -- how often a person sent it again
    tries INTEGER NOT NULL DEFAULT 0,  -- attempts in all; also the fence of the one in flight
    counted INTEGER NOT NULL DEFAULT 0,-- attempts that count for the retry schedule
    tried_at INTEGER,                  -- first intent of this round
    rank INTEGER NOT NULL DEFAULT 0,   -- of the greatest receipt of this round
    provider_id TEXT,
    failure INTEGER REFERENCES failure (id),
    batch INTEGER,
    route TEXT,                        -- JSON array of connection ids still to try
    send_at INTEGER,
    useful_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    actor TEXT NOT NULL
) STRICT;

-- What may be claimed, in the order in which it is. Partial, so that history costs nothing.
CREATE INDEX message_claim ON message (connection, priority, due_at, id) WHERE due_at IS NOT NULL;
-- Every list and filter is a merge of these streams (docs/adr/005-lists-are-merged-streams.md).
CREATE INDEX message_shelf ON message (connection, state, id);
CREATE INDEX message_useful ON message (connection, useful_until) WHERE state IN (0, 6);
CREATE INDEX message_look ON message (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX message_watch ON message (connection, watch) WHERE watch IS NOT NULL;
CREATE INDEX message_cause ON message (connection, failure, state, id) WHERE state IN (7, 8);
CREATE INDEX message_provider ON message (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX message_batch ON message (batch, id) WHERE batch IS NOT NULL;

CREATE TABLE content (
    message INTEGER PRIMARY KEY REFERENCES message (id),
    subject TEXT,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE idempotency (
    key TEXT PRIMARY KEY,
    message INTEGER NOT NULL,
    content BLOB NOT NULL,             -- SHA-256 of what was asked for
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The journal: the intent is the insert, the outcome the update.
CREATE TABLE attempt (
    message INTEGER NOT NULL REFERENCES message (id),
    n INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    boot INTEGER NOT NULL,
    intent_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome INTEGER,
    failure INTEGER,
    provider_id TEXT,
    PRIMARY KEY (message, n)
) STRICT, WITHOUT ROWID;

-- Provider ids of conversations that are over: the message was sent again since. What still comes
-- in about them must not be taken for news of the present one, nor for another message's answer.
CREATE TABLE spent_id (
    provider_id TEXT NOT NULL,
    message INTEGER NOT NULL REFERENCES message (id),
    PRIMARY KEY (provider_id, message)
) STRICT, WITHOUT ROWID;

-- What happened to a message besides its attempts.
CREATE TABLE timeline (
    message INTEGER NOT NULL REFERENCES message (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    detail TEXT,
    actor TEXT NOT NULL,
    PRIMARY KEY (message, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    total INTEGER NOT NULL,
    bad TEXT NOT NULL,                 -- JSON: rows that were refused, with their reasons
    cancelled_at INTEGER,
    created_at INTEGER NOT NULL,
    key TEXT UNIQUE
) STRICT;

-- Counters, maintained by the writer in the commit that changes them; never COUNT(*).
-- shelf = state * 100 + hold reason.
CREATE TABLE counter (
    connection INTEGER NOT NULL, shelf INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (connection, shelf)
) STRICT, WITHOUT ROWID;
CREATE TABLE tally (
    hour INTEGER NOT NULL, connection INTEGER NOT NULL, shelf INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (hour, connection, shelf)
) STRICT, WITHOUT ROWID;
CREATE TABLE batch_counter (
    batch INTEGER NOT NULL, shelf INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (batch, shelf)
) STRICT, WITHOUT ROWID;
CREATE TABLE cause (
    connection INTEGER NOT NULL, failure INTEGER NOT NULL, state INTEGER NOT NULL,
    n INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
    PRIMARY KEY (connection, failure, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipt (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL,
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state INTEGER NOT NULL,            -- 0 pending, 1 processed, 2 dead
    message INTEGER,
    error TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    applied INTEGER NOT NULL DEFAULT 0,-- its consents and inbound messages are written
    look_at INTEGER,
    url TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    UNIQUE (connection, event_id)
) STRICT;
CREATE INDEX receipt_state ON receipt (state, id);
-- Those that wait for a message of another program must not stand before those that are due.
CREATE INDEX receipt_due ON receipt (look_at, id) WHERE state = 0;

-- Compared by `key`, which all spellings of one address share; `address` is as it was written.
CREATE TABLE suppression (
    channel INTEGER NOT NULL,
    key TEXT NOT NULL,
    address TEXT NOT NULL,
    -- 1 when the addressee said so to the provider, and can take it back in the same way.
    theirs INTEGER NOT NULL,
    since INTEGER NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (channel, key)
) STRICT, WITHOUT ROWID;

-- Each decision about consent, in order; `suppression` is what they add up to.
CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    address TEXT NOT NULL,
    allowed INTEGER NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_address ON consent (channel, address, id);

CREATE TABLE inbound (
    id INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- "What changed": the log a person reads.
CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    connection INTEGER,
    signal INTEGER NOT NULL,
    say TEXT NOT NULL,
    detail TEXT,
    actor TEXT NOT NULL
) STRICT;
CREATE INDEX change_connection ON change (connection, id) WHERE connection IS NOT NULL;

-- Probe results: the strip on the board.
CREATE TABLE line_check (
    connection INTEGER NOT NULL,
    at INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    latency_ms INTEGER,
    failure INTEGER,
    PRIMARY KEY (connection, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used INTEGER
) STRICT;

-- Messages whose searchable text changed after they were indexed (their failure, mostly).
-- The mark is new with each change, so that one made while the index was written is not forgotten.
CREATE TABLE search_dirty (message INTEGER PRIMARY KEY, mark INTEGER NOT NULL) STRICT;
