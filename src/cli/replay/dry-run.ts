import { readRequest } from '../../chat/requests/read-request.ts';
import { TAPE_JSON_BYTES } from '../../model/json.ts';
import { cellName, type Shard } from '../../model/run.ts';
import { WHOLE } from '../../replay/engine/load-spec.ts';
import { createPlan } from '../../replay/plan/create-plan.ts';
import type { Plan } from '../../replay/plan/plan.ts';
import type { ReplayableRequest } from '../../replay/plan/replayable.ts';
import { shareOfPlan, workerOfShard } from '../../replay/plan/threads.ts';
import { alignTable, safeText } from '../../report/plain-text.ts';
import { duration } from '../../report/quantities.ts';
import { withTape } from '../../store/tape-reader.ts';
import type { CommandResult } from '../command.ts';
import { say } from '../terminal/terminal.ts';
import { loadRequests } from './load-requests.ts';
import { planSpec, refuseWithoutArrivals, replayCells } from './loop-settings.ts';
import type { ReplaySettings } from './replay-settings.ts';

/** Rows of a plan that are printed for each cell: most plans of a closed loop have no end. */
const DRY_RUN_ROWS = 1_000;

/** Prints what a replay would send when, and sends nothing. */
export async function dryRun(path: string, settings: ReplaySettings): Promise<CommandResult> {
  return withTape(path, (reader) => {
    const { requests, conversations, hasArrivals } = loadRequests(reader, path, settings.requests);
    refuseWithoutArrivals(settings.traffic, hasArrivals, path);
    const bounds = { durationUs: settings.send.durationUs, limit: DRY_RUN_ROWS };
    const pages: string[] = [];
    for (const { cell, load } of replayCells(settings.traffic, conversations)) {
      const whole = createPlan(planSpec(settings.send, load, conversations));
      const { shard } = settings.sharded ?? { shard: WHOLE };
      const rows = planRows(shareOfPlan(whole, workerOfShard(shard)), requests, bounds, shard);
      pages.push(settings.json ? planJsonLines(rows) : `${cellName(cell)}\n${planText(rows)}`);
      if (rows.length === DRY_RUN_ROWS)
        say(`${cellName(cell)}: these are the first ${DRY_RUN_ROWS} requests`);
    }
    return { data: pages.join('') };
  });
}

/** One request of a plan, as `--dry-run` prints it. */
export interface PlanRow {
  /** The result's `seq`, from 0. */
  readonly position: number;
  /** When a conversation of an open loop begins, since the run's start; null for later turns and in a closed loop. */
  readonly dueMs: number | null;
  /** Pause after the answer before it; null for a conversation's first turn. */
  readonly thinkMs: number | null;
  /** Counts from 1 within the run. */
  readonly conversation: number;
  /** Counts from 1 within the conversation. */
  readonly turn: number;
  readonly exchangeId: number;
  readonly path: string;
  readonly model: string | null;
  readonly stream: boolean;
  /** Tokens asked for at the most; null where the request sets no limit. */
  readonly maxTokens: number | null;
  readonly abort: ReplayableRequest['abort'];
}

/** How much of a plan is printed; a closed loop without a number of requests has no end. */
export interface PlanBounds {
  /** Microseconds; null for no bound. */
  readonly durationUs: number | null;
  /** Rows at the most. */
  readonly limit: number;
}

/**
 * The first requests of a plan in order of position.
 * @param plan of the shard, where one is given
 */
export function planRows(
  plan: Plan,
  requests: readonly ReplayableRequest[],
  { durationUs, limit }: PlanBounds,
  { index: first, of }: Shard = WHOLE,
): readonly PlanRow[] {
  const rows: PlanRow[] = [];
  const asked = askedOnce(requests);
  for (let index = 0; rows.length < limit; index++) {
    const conversation = plan.at(index);
    if (conversation === null) break;
    const { firstSeq, dueUs, turns } = conversation;
    if (dueUs !== null && durationUs !== null && dueUs >= durationUs) break;
    for (const [turn, { request: number, thinkUs }] of turns.entries()) {
      const request = requests[number];
      if (request === undefined || rows.length === limit) break;
      const { exchangeId, path, abort } = request;
      rows.push({
        position: firstSeq + turn,
        dueMs: dueUs === null || turn > 0 ? null : dueUs / 1e3,
        thinkMs: turn === 0 ? null : thinkUs / 1e3,
        conversation: first + index * of + 1,
        turn: turn + 1,
        exchangeId,
        path,
        ...asked(number),
        abort,
      });
    }
  }
  return rows;
}

/** What requests by their number ask for, each read once: a plan repeats them. */
function askedOnce(requests: readonly ReplayableRequest[]) {
  const known = new Map<number, Pick<PlanRow, 'model' | 'stream' | 'maxTokens'>>();
  return (number: number): Pick<PlanRow, 'model' | 'stream' | 'maxTokens'> => {
    const before = known.get(number);
    if (before !== undefined) return before;
    const { path = '', headers = [], body = null } = requests[number] ?? {};
    const { model, stream, maxTokens } = readRequest(path, headers, body, TAPE_JSON_BYTES);
    known.set(number, { model, stream, maxTokens });
    return { model, stream, maxTokens };
  };
}

/** A table for people. */
export function planText(rows: readonly PlanRow[]): string {
  return alignTable({
    header: [
      'position',
      'sent',
      'conversation',
      'turn',
      'exchange',
      'path',
      'model',
      'stream',
      'max tokens',
      'cut',
    ],
    left: new Set([1, 5, 6, 7, 9]),
    rows: rows.map((row) => [
      String(row.position),
      sentText(row),
      String(row.conversation),
      String(row.turn),
      String(row.exchangeId),
      safeText(row.path),
      safeText(row.model ?? '–'),
      row.stream ? 'on' : 'off',
      String(row.maxTokens ?? '–'),
      abortText(row.abort),
    ]),
  });
}

/** One JSON object a line. */
export function planJsonLines(rows: readonly PlanRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function sentText({ dueMs, thinkMs }: PlanRow): string {
  if (dueMs !== null) return `at ${duration(dueMs)}`;
  if (thinkMs === null) return 'when free';
  return thinkMs === 0 ? 'after answer' : `after answer + ${duration(thinkMs)}`;
}

function abortText(abort: PlanRow['abort']): string {
  if (abort === null) return '';
  return 'afterTokens' in abort
    ? `after ${abort.afterTokens} tokens`
    : `after ${duration(abort.afterUs / 1e3)}`;
}
