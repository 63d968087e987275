import type { Arrivals, RunOrigin, RunSettings, Think } from '../model/run.ts';

/** One option that two runs do not share. */
export interface SettingDifference {
  /** As on the command line, or as another tool's results name it; null where the recorded requests themselves differ. */
  readonly option: string | null;
  readonly before: string;
  readonly after: string;
}

type Reading = (settings: RunSettings) => string;

/** What decides which requests are sent, with which bytes. Runs of equal bytes were asked the same, however that was said. */
const REQUEST_OPTIONS: Readonly<Record<string, Reading>> = {
  '--select': ({ select }) => listText(select, 'all'),
  '--limit': ({ limit }) => String(limit ?? 'none'),
  '--model': ({ model }) => listText(model, 'as recorded'),
  '--set': ({ set }) => set.join(', ') || 'none',
  '--stream': ({ stream }) => stream,
  '--usage': ({ usage }) => usage,
  '--lengths': ({ lengths }) => lengths,
  '--aborts': ({ aborts }) => aborts,
};

/** What decides when a request is sent and what it costs the server. */
const OTHER_OPTIONS: Readonly<Record<string, Reading>> = {
  '--order': ({ order }) => order,
  '--seed': (settings) => (isRandom(settings) ? String(settings.seed) : 'unused'),
  '--arrivals': ({ load }) => (load.kind === 'open' ? arrivalsText(load.arrivals) : 'none'),
  '--think': ({ think }) => thinkText(think),
  '--max-in-flight': ({ load }) => String((load.kind === 'open' && load.maxInFlight) || 'none'),
  '--semantics': ({ load }) => (load.kind === 'closed' ? load.semantics : 'none'),
  '--honour-retry-after': ({ honoursRetryAfter }) => (honoursRetryAfter === true ? 'yes' : 'no'),
  '--cache': ({ cache, cacheRefusal }) => (cacheRefusal === null ? cache : `${cache}-refused`),
};

/**
 * How the questions of two runs of one cell differ, option by option. Left out is what does not change the request at a
 * position or its cost: how far a run goes, its timeout, its limits of goodput, its threads.
 */
export function settingDifferences(before: RunSettings, after: RunSettings): readonly SettingDifference[] {
  if (before.origin !== undefined || after.origin !== undefined) {
    return originDifferences(before.origin, after.origin);
  }
  const differing = (options: Readonly<Record<string, Reading>>): SettingDifference[] =>
    Object.entries(options).flatMap(([option, read]) => {
      const [a, b] = [read(before), read(after)];
      return a === b ? [] : [{ option, before: a, after: b }];
    });
  return [...requestDifferences(before, after, differing(REQUEST_OPTIONS)), ...differing(OTHER_OPTIONS)];
}

/** How far a run of another tool goes, which changes no request before its end. */
const EXTENTS: readonly string[] = ['duration'];

/** What is known of runs of other tools: what they were asked for, and the lengths of their prompts. */
function originDifferences(before?: RunOrigin, after?: RunOrigin): readonly SettingDifference[] {
  const tools = [before, after].map((origin) => origin?.tool ?? 'reprise') as [string, string];
  if (before === undefined || after === undefined || tools[0] !== tools[1]) {
    return [{ option: 'tool', before: tools[0], after: tools[1] }];
  }
  const names = [...new Set([...Object.keys(before.asked), ...Object.keys(after.asked)])].filter(
    (name) => !EXTENTS.includes(name),
  );
  const asked = names.flatMap((option) => {
    const [a, b] = [before, after].map((origin) => String(origin.asked[option] ?? 'unknown')) as [
      string,
      string,
    ];
    return a === b ? [] : [{ option, before: a, after: b }];
  });
  return [...asked, ...lengthDifference(before.promptLengths, after.promptLengths)];
}

/** The first prompt that is longer on one side. */
function lengthDifference(
  before: RunOrigin['promptLengths'],
  after: RunOrigin['promptLengths'],
): readonly SettingDifference[] {
  const at = before.findIndex((a, i) => a !== null && a !== (after[i] ?? a));
  if (at === -1) return [];
  return [{ option: `prompt[${at}].tokens`, before: String(before[at]), after: String(after[at]) }];
}

/** Nothing where the bytes are equal; where they are not, something even when no option says why: the tape has grown. */
function requestDifferences(
  before: RunSettings,
  after: RunSettings,
  options: readonly SettingDifference[],
): readonly SettingDifference[] {
  const [a, b] = [before.plan, after.plan];
  if (a.requests === b.requests && a.conversations === b.conversations) return [];
  // A salt is a change of bytes as well, and is named by its own option.
  if (options.length > 0 || (before.cache === 'salt') !== (after.cache === 'salt')) return options;
  const text = (requests: number, hash: string): string => `${requests} (${hash})`;
  const hash = a.requests === b.requests ? 'conversations' : 'requests';
  return [{ option: null, before: text(before.exchanges, a[hash]), after: text(after.exchanges, b[hash]) }];
}

/** A run of the other settings that differs in its question; null when all were asked the same. */
export function firstDifference<R extends { readonly settings: RunSettings }>(
  runs: readonly R[],
): { readonly run: R; readonly other: R; readonly differences: readonly SettingDifference[] } | null {
  const [run] = runs;
  if (run === undefined) return null;
  for (const other of runs) {
    const differences = settingDifferences(run.settings, other.settings);
    if (differences.length > 0) return { run, other, differences };
  }
  return null;
}

function isRandom({ order, load }: RunSettings): boolean {
  if (order === 'shuffled') return true;
  return load.kind === 'open' && (load.arrivals.kind === 'poisson' || load.arrivals.kind === 'gamma');
}

function arrivalsText(arrivals: Arrivals): string {
  switch (arrivals.kind) {
    case 'recorded':
      return `recorded, --time-scale ${arrivals.timeScale}`;
    case 'gamma':
      return `gamma:${arrivals.cv}`;
    default:
      return arrivals.kind;
  }
}

function thinkText(think: Think): string {
  return think.kind === 'fixed' ? `${think.us / 1e6}s` : think.kind;
}

/** Written once or several times, conditions mean the same in any order. */
function listText(texts: readonly string[], none: string): string {
  return texts.length === 0
    ? none
    : texts
        .flatMap((text) => text.trim().split(/\s+/))
        .sort()
        .join(' ');
}
