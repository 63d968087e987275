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
  let series: TapeSeries | null = null;
  const onLeft = (): void => series?.onLeft();
  series = new TapeSeries(options, await openSegment(options, 1, options.path, options.mode, onLeft));
  return series;
}

/** The tapes of one recording, one after another, as if they were one. */
export class TapeSeries {
  /** Whether the server said something of itself at the start; settled when that is on the tape. */
  readonly begun: Promise<boolean>;
  readonly #options: TapeSeriesOptions;
  readonly #live = new Map<number, Segment>();
  readonly #members = new Map<SeriesMember, Enter>();
  readonly #lostOnClosed: Record<string, number> = {};
  readonly #finished: string[] = [];
  readonly #unclosed: string[] = [];
  #current: Segment;
  #rotating: Promise<void> | null = null;
  #closing = false;
  /** The tape that was written has left its place, and those who write have no other yet. */
  #isHomeless = false;
  #lastFailure = '';
  /** Asked for when the recording stops: a server that hangs must not hold the end up. */
  #endStates: Promise<readonly ServerState[]> | null = null;
  readonly #timeUp = Promise.withResolvers<readonly ServerState[]>();

  constructor(options: TapeSeriesOptions, first: Segment) {
    this.#options = options;
    this.#current = first;
    this.#live.set(first.number, first);
    this.begun = this.#addStates(first, 'start').then((states) => states > 0);
  }

  /** Lets another write, beginning with the tape that is written now. */
  join(enter: Enter): SeriesMember {
    const leave = (segment: Segment | undefined): void => {
      segment?.members.delete(member);
      if (segment !== undefined) void this.#finishIfLeft(segment);
    };
    const member: SeriesMember = {
      left: (number) => leave(this.#live.get(number)),
      leaveAll: () => {
        this.#members.delete(member);
        for (const segment of this.#live.values()) leave(segment);
      },
    };
    this.#members.set(member, enter);
    void this.#introduce(member, enter);
    return member;
  }

  /** The tape that is written now. */
  path(): string {
    return this.#current.path;
  }

  drops(): Readonly<Record<string, number>> {
    const sums = { ...this.#lostOnClosed };
    for (const segment of this.#live.values()) addDrops(sums, segment);
    return sums;
  }

  /** Tapes that are gone, or whose end could not be written. */
  unclosed(): readonly string[] {
    return this.#unclosed;
  }

  queuedBytes(): number {
    return [...this.#live.values()].reduce((sum, { thread }) => sum + thread.queuedBytes(), 0);
  }

  trouble(): string | null {
    return this.#current.thread.trouble() ?? (this.#isHomeless ? 'the tape was moved away' : null);
  }

  /** Continues on a new tape when it is time; exchanges in flight end on the tape on which they began. */
  async rotateIfDue(): Promise<void> {
    if (this.#rotating !== null || this.#closing || !isDue(this.#current, this.#options)) return;
    this.#rotating = this.#rotate().catch((error: Error) => this.#reportFailure(error));
    await this.#rotating;
    this.#rotating = null;
  }

  /** A tape is no longer at its path. */
  onLeft(): void {
    if (this.#current.thread.place() !== 'there') this.#isHomeless = true;
    void this.rotateIfDue();
  }

  async #rotate(): Promise<void> {
    const old = this.#current;
    const { number, path } = nextTape(this.#options.path, old.number);
    const next = await openSegment(this.#options, number, path, 'create', () => this.onLeft());
    this.#live.set(number, next);
    this.#current = next;
    if (old.thread.place() === 'gone') tellDrops(old, next);
    this.#lastFailure = '';
    void this.#addStates(next, 'start');
    await Promise.all([...this.#members].map(([member, enter]) => this.#introduce(member, enter)));
    this.#isHomeless = false;
    await this.#finishIfLeft(old);
  }

  /** It is tried again every second: a failure that stays the same is reported once. */
  #reportFailure({ message }: Error): void {
    if (message !== this.#lastFailure)
      this.#options.warn(`no new tape could be begun, ${this.#current.path} goes on: ${message}`);
    this.#lastFailure = message;
  }

  /** Shows a member the tape that is written now. */
  async #introduce(member: SeriesMember, enter: Enter): Promise<void> {
    const { number, captureId, thread, members } = this.#current;
    members.add(member);
    await enter(number, captureId, thread.connect()).catch(member.leaveAll);
  }

  /** Gives how much the server said. */
  async #addStates({ thread, captureId }: Segment, edge: ServerState['edge']): Promise<number> {
    const asked = (edge === 'end' ? this.#endStates : null) ?? this.#options.statesOf(edge);
    const states = await Promise.race([asked, this.#timeUp.promise]);
    // When the tape cannot be written, its thread reports that; traffic continues.
    await thread.addServerStates({ captureId }, states).catch(() => undefined);
    return states.length;
  }

  /** A tape that is no longer written and that everyone has left is finished. */
  async #finishIfLeft(segment: Segment): Promise<void> {
    if (segment !== this.#current && segment.members.size === 0) await this.#finish(segment);
  }

  /** Ends the segment's capture and closes its tape; once. */
  #finish(segment: Segment): Promise<void> {
    segment.closed ??= this.#end(segment);
    return segment.closed;
  }

  async #end(segment: Segment): Promise<void> {
    const { thread, captureId, path } = segment;
    const { wallMs, warn, uploads } = this.#options;
    if (thread.place() !== 'gone') await this.#addStates(segment, 'end');
    const isGone = thread.place() === 'gone';
    if (!isGone) {
      await thread.endCapture(captureId, wallMs()).catch((error: Error) => {
        this.#unclosed.push(path);
        warn(`the capture could not be closed: ${error.message}`);
      });
    }
    await thread.close();
    if (isGone && segment !== this.#current) tellDrops(segment, this.#current);
    this.#live.delete(segment.number);
    addDrops(this.#lostOnClosed, segment);
    if (isGone && segment === this.#current) this.#unclosed.push(path);
    if (isGone) return;
    this.#finished.push(path);
    uploads?.add(path);
    this.keepNewest();
  }

  /** Removes tapes beyond those that are kept. */
  keepNewest(): void {
    const { limits, uploads } = this.#options;
    const finished = this.#finished;
    const isThere = (path: string): boolean => uploads?.isThere(path) ?? true;
    const most = limits.keep ?? Number.POSITIVE_INFINITY;
    while (finished.length + this.#live.size > most && finished[0] !== undefined && isThere(finished[0]))
      removeTape(finished.shift() ?? '');
  }

  /** The server is asked at once what it is at the end; what it has not said by then is left out. */
  endBy(untilMs: number): void {
    const { statesOf, wallMs } = this.#options;
    this.#endStates ??= statesOf('end');
    setTimeout(() => this.#timeUp.resolve([]), untilMs - wallMs()).unref();
  }

  /** Ends every capture and closes every tape; those who write have closed before. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.begun, this.#rotating]);
    // What was lost on an earlier one is written on the last.
    const earlier = [...this.#live.values()].filter((segment) => segment !== this.#current);
    await Promise.all(earlier.map((segment) => this.#finish(segment)));
    await this.#finish(this.#current);
  }
}

async function openSegment(
  options: TapeSeriesOptions,
  number: number,
  path: string,
  mode: 'create' | 'append',
  onLeft: () => void,
): Promise<Segment> {
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
    const startedMs = options.wallMs();
    return { number, path, thread, captureId, startedMs, members: new Set(), told: 0, closed: null };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

/** The next name that is free: an earlier recording with the same `--out` may have left tapes. */
function nextTape(first: string, after: number): { readonly number: number; readonly path: string } {
  const { dir, name, ext } = parse(first);
  for (let number = after + 1; ; number++) {
    const path = join(dir, `${name}-${number}${ext}`);
    if (!existsSync(path)) return { number, path };
  }
}

function isDue({ thread, startedMs, path }: Segment, { limits, wallMs }: TapeSeriesOptions): boolean {
  const { bytes, ageMs } = limits;
  if (thread.place() !== 'there') return true;
  if (ageMs !== null && wallMs() - startedMs >= ageMs) return true;
  return bytes !== null && sizeOf(path) >= bytes;
}

/** What is lost on a tape that is gone is said by the one that is written now. */
function tellDrops(gone: Segment, current: Segment): void {
  const lost = sumOf(gone.thread.drops());
  current.thread.takeOver(lost - gone.told);
  gone.told = lost;
  void gone.thread.toldElsewhere();
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
