/** Outcomes that are complete answers: rates count them. */
const ANSWERED = "'ok', 'http_error', 'stream_error', 'incomplete'";

/**
 * Views for a plain `sqlite3 tape.sqlite` session; docs/tape.md lists them. Times are milliseconds, percentiles are
 * nearest rank over requests that ended `ok`, definitions are those of docs/metrics.md.
 * Views are code, not data: they are renewed whenever a tape is opened for writing.
 */
export const VIEWS: Readonly<Record<string, string>> = {
  exchange_view: `
SELECT e.id, e.capture_id, e.number,
  strftime('%Y-%m-%dT%H:%M:%fZ', (c.started_at_ms + e.arrived_us / 1000.0) / 1000.0, 'unixepoch') AS arrived_at,
  e.method, e.path, e.model, e.streamed, e.status, e.outcome, e.error_code, e.error,
  (e.headers_us - e.arrived_us) / 1000.0 AS headers_ms,
  (e.first_token_us - e.arrived_us) / 1000.0 AS ttft_ms,
  (e.first_visible_us - e.arrived_us) / 1000.0 AS ttfo_ms,
  iif(e.completion_tokens > 1, (e.last_token_us - e.first_token_us) / 1000.0 / (e.completion_tokens - 1), NULL) AS tpot_ms,
  (e.finished_us - e.arrived_us) / 1000.0 AS e2el_ms,
  e.prompt_tokens, e.completion_tokens, e.cached_tokens, e.token_source, e.finish_reason,
  e.request_bytes, e.response_bytes, e.session_key
FROM exchanges e JOIN captures c ON c.id = e.capture_id`,
  capture_view: `
SELECT c.id,
  strftime('%Y-%m-%dT%H:%M:%fZ', c.started_at_ms / 1000.0, 'unixepoch') AS started_at,
  (c.ended_at_ms - c.started_at_ms) / 1000.0 AS duration_s,
  c.upstream, c.clean_close, c.ignored,
  count(e.id) AS exchanges,
  coalesce(sum(e.outcome = 'ok'), 0) AS ok,
  coalesce(sum(e.outcome NOT IN ('ok', 'client_aborted', 'unknown')), 0) AS errors,
  coalesce(sum(e.outcome = 'client_aborted'), 0) AS client_aborted,
  coalesce(sum(e.streamed), 0) AS streamed,
  coalesce(sum(e.prompt_tokens), 0) AS prompt_tokens,
  coalesce(sum(e.completion_tokens), 0) AS completion_tokens,
  c.drops_queue_full, c.drops_write_failed
FROM captures c LEFT JOIN exchanges e ON e.capture_id = c.id
GROUP BY c.id`,
  result_view: `
SELECT s.id, s.run_id, r.label, r.threads, r.connections, s.seq, s.exchange_id, s.thread, s.connection,
  json_extract(r.settings, '$.trace') || printf('%016x', s.seq) AS trace_id,
  s.status, s.outcome, s.error_code, s.error,
  (s.first_token_us - s.sent_us) / 1000.0 AS ttft_ms,
  (s.first_visible_us - s.sent_us) / 1000.0 AS ttfo_ms,
  iif(s.completion_tokens > 1, (s.last_token_us - s.first_token_us) / 1000.0 / (s.completion_tokens - 1), NULL) AS tpot_ms,
  (s.finished_us - s.sent_us) / 1000.0 AS e2el_ms,
  (s.finished_us - s.scheduled_us) / 1000.0 AS response_ms,
  s.finished_us <= r.window_us AS in_window,
  s.prompt_tokens, s.completion_tokens, s.cached_tokens, s.token_source, s.finish_reason, s.wire_bytes
FROM results s JOIN runs r ON r.id = s.run_id`,
  run_view: `
WITH ranked AS (
  SELECT run_id, (finished_us - sent_us) / 1000.0 AS e2el_ms,
    row_number() OVER (PARTITION BY run_id ORDER BY finished_us - sent_us) AS rank,
    count(*) OVER (PARTITION BY run_id) AS n
  FROM results WHERE outcome = 'ok'
), latency AS (
  SELECT run_id, avg(e2el_ms) AS e2el_mean_ms,
    max(CASE WHEN rank = (n * 50 + 99) / 100 THEN e2el_ms END) AS e2el_p50_ms,
    max(CASE WHEN rank = (n * 90 + 99) / 100 THEN e2el_ms END) AS e2el_p90_ms,
    max(CASE WHEN rank = (n * 99 + 99) / 100 THEN e2el_ms END) AS e2el_p99_ms,
    max(e2el_ms) AS e2el_max_ms
  FROM ranked GROUP BY run_id
), counts AS (
  SELECT s.run_id, count(*) AS requests,
    sum(s.outcome NOT IN ('ok', 'client_aborted', 'unknown')) AS errors,
    sum(s.finished_us <= r.window_us AND s.outcome IN (${ANSWERED})) AS in_window,
    sum(CASE WHEN s.finished_us <= r.window_us AND s.outcome IN (${ANSWERED}) THEN s.wire_bytes ELSE 0 END)
      AS bytes_in_window,
    avg(CASE WHEN s.outcome = 'ok' THEN s.first_token_us - s.sent_us END) / 1000.0 AS ttft_mean_ms,
    avg(CASE WHEN s.outcome = 'ok' AND s.completion_tokens > 1
      THEN 1.0 * (s.last_token_us - s.first_token_us) / (s.completion_tokens - 1) END) / 1000.0 AS tpot_mean_ms,
    coalesce(sum(CASE WHEN s.outcome = 'ok' THEN s.completion_tokens END), 0) AS completion_tokens
  FROM results s JOIN runs r ON r.id = s.run_id GROUP BY s.run_id
)
SELECT r.id, r.label, r.target, r.threads, r.connections, r.repeat,
  strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at_ms / 1000.0, 'unixepoch') AS started_at,
  r.window_us / 1e6 AS window_s,
  coalesce(c.requests, 0) AS requests, coalesce(c.errors, 0) AS errors,
  c.in_window * 1e6 / r.window_us AS requests_per_sec,
  c.bytes_in_window * 1e6 / r.window_us AS bytes_per_sec,
  l.e2el_mean_ms, l.e2el_p50_ms, l.e2el_p90_ms, l.e2el_p99_ms, l.e2el_max_ms,
  c.ttft_mean_ms, c.tpot_mean_ms, c.completion_tokens,
  r.invalid_reasons = '[]' AS valid, r.invalid_reasons, r.stopped_early
FROM runs r LEFT JOIN counts c ON c.run_id = r.id LEFT JOIN latency l ON l.run_id = r.id`,
};
