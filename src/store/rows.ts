import type { Capture } from '../model/capture.ts';
import type { Cell, Run, RunSettings } from '../model/run.ts';

/** A row as SQLite gives it, keyed by column. The schema's STRICT types and CHECKs vouch for what the casts say. */
export type Row = Readonly<Record<string, unknown>>;

const json = (text: unknown): never => JSON.parse(text as string) as never;

/** `snake_case` columns become `camelCase` fields, so that a new column needs no line here. */
function camelCase(row: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

export function captureOfRow(row: Row): Capture {
  const { drops_queue_full, drops_write_failed, ...rest } = row;
  const drops = Object.entries({ queue_full: drops_queue_full, write_failed: drops_write_failed });
  return {
    ...(camelCase(rest) as unknown as Capture),
    settings: json(row.settings),
    redaction: json(row.redaction),
    cleanClose: row.clean_close === 1,
    drops: Object.fromEntries(drops.filter(([, count]) => count !== 0)),
  };
}

export function runOfRow(row: Row): Run {
  return {
    id: row.id as number,
    label: row.label as string,
    target: row.target as string,
    cell: cellOfRow(row),
    startedAtMs: row.started_at_ms as number,
    startedUs: row.started_us as number,
    settings: settingsOf(json(row.settings)),
    toolVersion: row.tool_version as string,
    end:
      row.window_us === null
        ? null
        : {
            windowUs: row.window_us as number,
            endedUs: row.ended_us as number,
            stoppedEarly: row.stopped_early === 1,
            health: json(row.health),
            invalidReasons: notesOf(json(row.invalid_reasons)),
          },
  };
}

/** What runs were asked that were stored before these settings were. */
const UNSAID = { select: [], limit: null, model: [], set: [], stream: 'keep', usage: 'keep' } as const;

function settingsOf(stored: RunSettings): RunSettings {
  return { ...UNSAID, ...stored, skipped: notesOf(stored.skipped), changes: notesOf(stored.changes) };
}

/** What is no note, as the file of a stranger may have, becomes one of a kind that nobody knows: it is shown, never obeyed. */
function notesOf<N>(stored: readonly N[]): readonly N[] {
  return [stored ?? []].flat(1).map((one) => {
    const kind: unknown = (one as { readonly kind?: unknown } | null)?.kind;
    return typeof kind === 'string' ? one : ({ kind: JSON.stringify(one) } as N);
  });
}

function cellOfRow({ threads, connections, rate_per_sec: ratePerSec }: Row): Cell {
  const cell = { threads: threads as number, connections: connections as number };
  return ratePerSec === null ? cell : { ...cell, ratePerSec: ratePerSec as number };
}
