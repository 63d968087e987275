/** `rprs` in ASCII: marks a SQLite file as a tape (PRAGMA application_id). */
export const APPLICATION_ID = 0x72707273;

/**
 * Step 1: the whole first schema. Each step is frozen text once it is published: never computed, never edited, with a
 * committed tape of its version in test/fixtures/tapes. Words of closed sets (outcomes, token sources, codecs) have no
 * CHECK, since SQLite cannot change one without writing the whole table again; the types of the writer keep them.
 */
export const SCHEMA_1_SQL = `
CREATE TABLE captures (
  id            INTEGER PRIMARY KEY,
  started_at_ms INTEGER NOT NULL,
  started_us    INTEGER NOT NULL,
  ended_at_ms   INTEGER,
  upstream      TEXT NOT NULL,
  tool_version  TEXT NOT NULL,
  settings      TEXT NOT NULL,
  redaction     TEXT NOT NULL,
  clean_close   INTEGER NOT NULL DEFAULT 0,
  ignored       INTEGER NOT NULL DEFAULT 0,
  drops_queue_full INTEGER NOT NULL DEFAULT 0,
  drops_write_failed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE bodies (
  id          INTEGER PRIMARY KEY,
  sha256      BLOB NOT NULL UNIQUE,
  codec       TEXT NOT NULL,
  size_bytes  INTEGER NOT NULL,
  data        BLOB NOT NULL
) STRICT;

CREATE TABLE exchanges (
  id                 INTEGER PRIMARY KEY,
  capture_id         INTEGER NOT NULL REFERENCES captures (id),
  number             INTEGER NOT NULL,
  arrived_us         INTEGER NOT NULL,
  method             TEXT NOT NULL,
  path               TEXT NOT NULL,
  model              TEXT,
  stream             INTEGER NOT NULL DEFAULT 0,
  max_tokens         INTEGER,
  messages           INTEGER,
  session_key        TEXT,
  status             INTEGER,
  outcome            TEXT NOT NULL DEFAULT 'unfinished',
  error_code         TEXT,
  error              TEXT,
  request_end_us     INTEGER,
  headers_us         INTEGER,
  first_byte_us      INTEGER,
  first_token_us     INTEGER,
  first_visible_us   INTEGER,
  last_token_us      INTEGER,
  finished_us        INTEGER,
  prompt_tokens      INTEGER,
  completion_tokens  INTEGER,
  cached_tokens      INTEGER,
  token_source       TEXT NOT NULL DEFAULT 'none',
  finish_reason      TEXT,
  answer_hash        TEXT,
  streamed           INTEGER NOT NULL DEFAULT 0,
  sent_twice         INTEGER NOT NULL DEFAULT 0,
  odd_events         INTEGER NOT NULL DEFAULT 0,
  request_bytes      INTEGER NOT NULL DEFAULT 0,
  response_bytes     INTEGER NOT NULL DEFAULT 0,
  request_truncated  INTEGER NOT NULL DEFAULT 0,
  response_truncated INTEGER NOT NULL DEFAULT 0,
  request_headers    TEXT NOT NULL,
  response_headers   TEXT NOT NULL DEFAULT '[]',
  request_body_id    INTEGER REFERENCES bodies (id),
  response_body_id   INTEGER REFERENCES bodies (id),
  UNIQUE (capture_id, number)
) STRICT;
CREATE INDEX exchanges_by_arrival ON exchanges (capture_id, arrived_us);

CREATE TABLE chunk_times (
  exchange_id INTEGER PRIMARY KEY REFERENCES exchanges (id),
  reads       INTEGER NOT NULL,
  packed      BLOB NOT NULL
) STRICT;

CREATE TABLE runs (
  id              INTEGER PRIMARY KEY,
  label           TEXT NOT NULL,
  target          TEXT NOT NULL,
  threads         INTEGER NOT NULL,
  connections     INTEGER NOT NULL,
  rate_per_sec    REAL,
  repeat          INTEGER NOT NULL,
  started_at_ms   INTEGER NOT NULL,
  started_us      INTEGER NOT NULL,
  settings        TEXT NOT NULL,
  tool_version    TEXT NOT NULL,
  window_us       INTEGER,
  ended_us        INTEGER,
  stopped_early   INTEGER,
  health          TEXT,
  invalid_reasons TEXT
) STRICT;
CREATE INDEX runs_by_label ON runs (label);

CREATE TABLE results (
  id                INTEGER PRIMARY KEY,
  run_id            INTEGER NOT NULL REFERENCES runs (id),
  seq               INTEGER NOT NULL,
  exchange_id       INTEGER NOT NULL REFERENCES exchanges (id),
  thread            INTEGER NOT NULL,
  connection        INTEGER NOT NULL,
  scheduled_us      INTEGER NOT NULL,
  sent_us           INTEGER,
  headers_us        INTEGER,
  first_byte_us     INTEGER,
  first_token_us    INTEGER,
  first_visible_us  INTEGER,
  last_token_us     INTEGER,
  finished_us       INTEGER NOT NULL,
  status            INTEGER,
  outcome           TEXT NOT NULL,
  error_code        TEXT,
  error             TEXT,
  prompt_tokens     INTEGER,
  completion_tokens INTEGER,
  cached_tokens     INTEGER,
  token_source      TEXT NOT NULL,
  finish_reason     TEXT,
  answer_hash       TEXT,
  streamed          INTEGER NOT NULL,
  odd_events        INTEGER NOT NULL DEFAULT 0,
  wire_bytes        INTEGER NOT NULL,
  planned_abort     INTEGER NOT NULL,
  asked_tokens      INTEGER
) STRICT;
CREATE INDEX results_by_run ON results (run_id, seq);

CREATE TABLE result_chunk_times (
  result_id INTEGER PRIMARY KEY REFERENCES results (id),
  reads     INTEGER NOT NULL,
  packed    BLOB NOT NULL
) STRICT;

CREATE TABLE server_states (
  id          INTEGER PRIMARY KEY,
  capture_id  INTEGER REFERENCES captures (id),
  run_id      INTEGER REFERENCES runs (id),
  edge        TEXT NOT NULL CHECK (edge IN ('start', 'end')),
  kind        TEXT NOT NULL,
  taken_at_ms INTEGER NOT NULL,
  status      INTEGER,
  body_id     INTEGER NOT NULL REFERENCES bodies (id),
  CHECK ((capture_id IS NULL) <> (run_id IS NULL))
) STRICT;
`;
