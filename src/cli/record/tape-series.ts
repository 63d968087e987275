import { existsSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { CaptureStart, ServerState } from '../../model/capture.ts';
import type { LiveSample } from '../../model/completion.ts';
import type { TapeConnection } from '../../store/writing/tape-queue.ts';
import type { TapeThread, TapeThreadOptions } from '../../store/writing/tape-thread.ts';
import { openTapeThread, removeTape } from '../tape-file.ts';
import type { Uploads } from './uploads.ts';

/** When a recording continues on a new tape; null is never. */
export interface RotateLimits {
  readonly bytes: number | null;
  readonly ageMs: number | null;
  /** Tapes of this recording that are kept, the oldest go first; null keeps all. */
  readonly keep: number | null;
}

export interface TapeSeriesOptions {
  /** Of the first tape; `mine.sqlite` continues as `mine-2.sqlite`. */
  readonly path: string;
  readonly mode: 'create' | 'append';
  readonly thread: Pick<TapeThreadOptions, 'queueBytes' | 'policy' | 'onProblem'>;
  /** Given what was written, a few times a second, and the capture that it belongs to. */
  readonly onSamples?: (samples: readonly LiveSample[], capture: CaptureStart) => void;
  readonly limits: RotateLimits;
  /** A capture that starts now. */
  readonly capture: () => CaptureStart;
  readonly wallMs: () => number;
  /** What the server reports about itself at the start or end of a capture. */
  readonly statesOf: (edge: ServerState['edge']) => Promise<readonly ServerState[]>;
  readonly warn: (sentence: string) => void;
  /** Where closed tapes are copied to; absent where they stay here only. */
  readonly uploads?: Pick<Uploads, 'begin' | 'add' | 'isThere'>;
}

/** Gives one who writes the line to the next tape; resolves when the tape before it was left, if nothing is in flight there. */
type Enter = (number: number, captureId: number, tape: TapeConnection) => Promise<void>;

/** One who writes to the tapes of a series. */
export interface SeriesMember {
  /** Everything that it had for the tape of this number is there. */
  left(number: number): void;
  /** It has ended. */
  leaveAll(): void;
}

/** The tapes of one recording, one after another, as if they were one. */
export interface TapeSeries {
  /** Lets another write, beginning with the tape that is written now. */
  join(enter: Enter): SeriesMember;
  /** Whether the server said something of itself at the start; settled when that is on the tape. */
  readonly begun: Promise<boolean>;
  /** The tape that is written now. */
  path(): string;
  drops(): Readonly<Record<string, number>>;
  /** Tapes that are gone, or whose end could not be written. */
  unclosed(): readonly string[];
  queuedBytes(): number;
  trouble(): string | null;
  /** Continues on a new tape when it is time; exchanges in flight end on the tape on which they began. */
  rotateIfDue(): Promise<void>;
  /** Removes tapes beyond those that are kept. */
  keepNewest(): void;
  /** The server is asked at once what it is at the end; what it has not said by then is left out. */
  endBy(wallMs: number): void;
  /** Ends every capture and closes every tape; those who write have closed before. */
  close(): Promise<void>;
}

/** One tape of the series. */
interface Segment {
  readonly number: number;
  readonly path: string;
  readonly thread: TapeThread;
  readonly captureId: number;
  readonly startedMs: number;
  /** Those who still write here. */
  readonly members: Set<SeriesMember>;
  /** Lost records of it that the next tape says, since this one is gone. */
  told: number;
  closed: Promise<void> | null;
}

/**
 * Opens the first tape and begins its capture.
 * @throws UserError (as a rejection) when the tape cannot be opened or made
 */
export async function openTapeSeries(options: TapeSeriesOptions): Promise<TapeSeries> {
  const { limits, wallMs, warn } = options;
  const lostOnClosed: Record<string, number> = {};
  const finished: string[] = [];
  const unclosed: string[] = [];
  const live = new Map<number, Segment>();
  const members = new Map<SeriesMember, Enter>();
  const { dir, name, ext } = parse(options.path);
  let tapes = 1;
  let rotating: Promise<void> | null = null;
  let closing = false;
  /** The tape that was written has left its place, and those who write have no other yet. */
  let isHomeless = false;
  let lastFailure = '';
  /** Asked for when the recording stops: a server that hangs must not hold the end up. */
  let endStates: Promise<readonly ServerState[]> | null = null;
  const timeUp = Promise.withResolvers<readonly ServerState[]>();
  let current = await openSegment(options.path, options.mode);
  const begun = addStates(current, 'start').then((states) => states > 0);

  async function openSegment(path: string, mode: 'create' | 'append'): Promise<Segment> {
    const capture = options.capture();
    const thread = await openTapeThread(path, mode, {
      ...options.thread,
      onSamples: (samples) => options.onSamples?.(samples, capture),
      isApart: true,
      onLeft,
    });
    options.uploads?.begin(path);
    try {
      const captureId = await thread.beginCapture(capture);
      const members = new Set<SeriesMember>();
      const startedMs = wallMs();
      const segment = { number: tapes, path, thread, captureId, startedMs, members, told: 0, closed: null };
      live.set(segment.number, segment);
      return segment;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  /** Gives how much the server said. */
  async function addStates({ thread, captureId }: Segment, edge: ServerState['edge']): Promise<number> {
    const asked = edge === 'end' ? (endStates ?? options.statesOf(edge)) : options.statesOf(edge);
    const states = await Promise.race([asked, timeUp.promise]);
    // When the tape cannot be written, its thread reports that; traffic continues.
    await thread.addServerStates({ captureId }, states).catch(() => undefined);
    return states.length;
  }

  /** Ends the segment's capture and closes its tape; once. */
  function finish(segment: Segment): Promise<void> {
    segment.closed ??= (async () => {
      const { thread, captureId } = segment;
      if (thread.place() !== 'gone') await addStates(segment, 'end');
      const isGone = thread.place() === 'gone';
      if (!isGone) {
        await thread.endCapture(captureId, wallMs()).catch((error: Error) => {
          unclosed.push(segment.path);
          warn(`the capture could not be closed: ${error.message}`);
        });
      }
      await thread.close();
      if (isGone) tellDrops(segment);
      live.delete(segment.number);
      addDrops(lostOnClosed, segment);
      if (isGone && segment === current) unclosed.push(segment.path);
      if (isGone) return;
      finished.push(segment.path);
      options.uploads?.add(segment.path);
      keepNewest();
    })();
    return segment.closed;
  }

  /** What is lost on a tape that is gone is said by the one that is written now. */
  function tellDrops(segment: Segment): void {
    if (segment === current) return;
    const lost = sumOf(segment.thread.drops());
    current.thread.takeOver(lost - segment.told);
    segment.told = lost;
    void segment.thread.toldElsewhere();
  }

  function keepNewest(): void {
    if (limits.keep === null) return;
    const isThere = (path: string): boolean => options.uploads?.isThere(path) ?? true;
    while (finished.length + live.size > limits.keep && finished[0] !== undefined && isThere(finished[0]))
      removeTape(finished.shift() ?? '');
  }

  /** The next name that is free: an earlier recording with the same `--out` may have left tapes. */
  function nextPath(): string {
    for (;;) {
      tapes += 1;
      const path = join(dir, `${name}-${tapes}${ext}`);
      if (!existsSync(path)) return path;
    }
  }

  async function rotate(): Promise<void> {
    const next = await openSegment(nextPath(), 'create');
    const old = current;
    current = next;
    if (old.thread.place() === 'gone') tellDrops(old);
    lastFailure = '';
    void addStates(next, 'start');
    await Promise.all([...members].map(([member, enter]) => introduce(member, enter)));
    isHomeless = false;
    await finishIfLeft(old);
  }

  /** Shows a member the tape that is written now. */
  async function introduce(member: SeriesMember, enter: Enter): Promise<void> {
    current.members.add(member);
    await enter(current.number, current.captureId, current.thread.connect()).catch(member.leaveAll);
  }

  /** A tape that is no longer written and that everyone has left is finished. */
  async function finishIfLeft(segment: Segment): Promise<void> {
    if (segment !== current && segment.members.size === 0) await finish(segment);
  }

  /** It is tried again every second: a failure that stays the same is reported once. */
  function reportFailure({ message }: Error): void {
    tapes -= 1;
    if (message !== lastFailure) warn(`no new tape could be begun, ${current.path} goes on: ${message}`);
    lastFailure = message;
  }

  function onLeft(): void {
    isHomeless = true;
    void rotateIfDue();
  }

  async function rotateIfDue(): Promise<void> {
    if (rotating !== null || closing || !isDue()) return;
    rotating = rotate().catch(reportFailure);
    await rotating;
    rotating = null;
  }

  function isDue(): boolean {
    if (current.thread.place() !== 'there') return true;
    const { bytes, ageMs } = limits;
    if (ageMs !== null && wallMs() - current.startedMs >= ageMs) return true;
    return bytes !== null && sizeOf(current.path) >= bytes;
  }

  return {
    begun,
    join(enter) {
      function leave(segment: Segment): void {
        segment.members.delete(member);
        void finishIfLeft(segment);
      }
      const member: SeriesMember = {
        left(number) {
          const segment = live.get(number);
          if (segment !== undefined) leave(segment);
        },
        leaveAll() {
          members.delete(member);
          for (const segment of live.values()) leave(segment);
        },
      };
      members.set(member, enter);
      void introduce(member, enter);
      return member;
    },
    path: () => current.path,
    drops() {
      const sums = { ...lostOnClosed };
      for (const segment of live.values()) addDrops(sums, segment);
      return sums;
    },
    queuedBytes: () => [...live.values()].reduce((sum, { thread }) => sum + thread.queuedBytes(), 0),
    trouble: () => current.thread.trouble() ?? (isHomeless ? 'the tape was moved away' : null),
    rotateIfDue,
    keepNewest,
    unclosed: () => unclosed,
    endBy(untilMs) {
      endStates ??= options.statesOf('end');
      setTimeout(() => timeUp.resolve([]), untilMs - wallMs()).unref();
    },
    async close() {
      closing = true;
      await Promise.all([begun, rotating]);
      // What was lost on an earlier one is written on the last.
      await Promise.all([...live.values()].filter((segment) => segment !== current).map(finish));
      await finish(current);
    },
  };
}

function addDrops(sums: Record<string, number>, { thread, told }: Segment): void {
  const drops = thread.drops();
  const rest = told === 0 ? drops : { write_failed: sumOf(drops) - told };
  for (const [reason, n] of Object.entries(rest)) sums[reason] = (sums[reason] ?? 0) + n;
}

function sumOf(drops: Readonly<Record<string, number>>): number {
  return Object.values(drops).reduce((sum, n) => sum + n, 0);
}

/** Of the tape and its journal, which holds what is newest. */
function sizeOf(path: string): number {
  return [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
