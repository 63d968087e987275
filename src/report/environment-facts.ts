import { startSkew } from '../measure/shards.ts';
import type { Arrivals, RunOrigin, RunSettings } from '../model/run.ts';
import type { Messages } from './messages/messages.ts';
import type { ReportedRun, RunsReport } from './runs-report.ts';

type Facts = readonly (readonly [string, string])[];

/** Where, with what and how the runs of one label were made: enough to make them again. */
export function environmentFacts(
  report: RunsReport,
  runs: readonly ReportedRun[],
  messages: Messages,
): Facts {
  const { environment: w, semicolon } = messages;
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return [];
  const { summary, server } = first;
  /** Cells of a label may differ in it. */
  const each = (of: (settings: typeof summary.settings) => string): string =>
    [...new Set(runs.map((run) => of(run.summary.settings)))].join(semicolon);
  const changes = changesText(summary.settings, messages);
  const { origin } = summary.settings;
  if (origin !== undefined) return importedFacts(report, runs, origin, messages);
  return [
    [w.server, `${summary.target}${report.path}`],
    ...serverFacts(server, messages),
    ...cardFacts(first, messages),
    [w.client, each((settings) => clientText(settings, messages))],
    ...shardFacts(runs, messages),
    [w.tape, report.tape],
    [w.traffic, each((settings) => trafficText(settings, messages))],
    ...(changes === '' ? [] : [[w.changes, changes] as const]),
    [w.load, each((settings) => loadText(settings, messages))],
    [w.cache, each((settings) => cacheText(settings, messages))],
    [w.seed, each(({ seed, client }) => (client === '' ? w.unknown : String(seed)))],
    [w.runs, w.started(instant(summary.startedAt), instant(last.summary.startedAt))],
    [w.tool, `reprise ${distinctVersions(runs)}`],
    ...reproCommands(runs.map((run) => run.summary)).map((command) => [w.commandLine, command] as const),
  ];
}

/** What the results of another tool say. */
function importedFacts(
  { tape }: RunsReport,
  runs: readonly ReportedRun[],
  { tool, model }: RunOrigin,
  messages: Messages,
): Facts {
  const { environment: w, comma, semicolon } = messages;
  const settings = runs.map(({ summary }) => summary.settings);
  const distinct = (of: (one: RunSettings) => string): string =>
    [...new Set(settings.map(of))].join(semicolon);
  const asked = (one: RunSettings): string =>
    Object.entries(one.origin?.asked ?? {})
      .flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]))
      .join(comma);
  const [first, last] = [runs[0]?.summary, runs.at(-1)?.summary];
  return [
    [w.server, first?.target ?? w.unknown],
    [w.model, model ?? w.unknown],
    [w.client, w.unknown],
    [w.tape, tape],
    [w.importedFrom, `${tool}: ${distinct(({ origin }) => origin?.file ?? '')}`],
    [w.load, distinct(asked) || w.unknown],
    [w.cache, w.unknown],
    [w.runs, w.started(instant(first?.startedAt ?? ''), instant(last?.startedAt ?? ''))],
    [w.tool, `reprise ${distinctVersions(runs)}`],
  ];
}

const distinctVersions = (runs: readonly ReportedRun[]): string =>
  [...new Set(runs.map(({ toolVersion }) => toolVersion))].join(', ');

function serverFacts(server: ReportedRun['server'], messages: Messages): Facts {
  const { environment: w, quantities: q } = messages;
  const models = server.models.map(({ id, maxModelLen }) =>
    maxModelLen === null ? id : w.modelWithLength(id, q.whole(maxModelLen)),
  );
  const flags = server.flags.map(([name, value]) => `${name}=${value}`).join(' ');
  return [
    [w.version, server.version === null ? w.unknown : `vLLM ${server.version}`],
    [w.model, models.length === 0 ? w.unknown : models.join(messages.comma)],
    [w.flags, flags === '' ? w.noFlags : flags],
  ];
}

/** The cards as the run saw them or, where it did not, as the recorder of the same server did. */
function cardFacts({ server, recordedServer }: ReportedRun, messages: Messages): Facts {
  const { environment: w, comma } = messages;
  const hasCards = (facts: ReportedRun['server']): boolean =>
    facts.gpus.length > 0 || facts.driver !== null || facts.commandOutput !== null;
  const recorded = !hasCards(server) && recordedServer !== null && hasCards(recordedServer.facts);
  const { gpus, driver, commandOutput } = recorded ? recordedServer.facts : server;
  const told = (text: string): string => (recorded ? w.asRecorded(text, instant(recordedServer.at)) : text);
  const names = [...Map.groupBy(gpus, (name) => name)].map(([name, same]) => w.gpus(same.length, name));
  return [
    [w.gpu, names.length === 0 ? w.unknownGpu : told(names.join(comma))],
    ...(driver === null ? [] : [[w.driver, told(driver)] as const]),
    ...(commandOutput === null ? [] : [[w.command, told(commandOutput)] as const]),
  ];
}

/** Nothing where each run was sent by one process. */
function shardFacts(
  runs: readonly ReportedRun[],
  { environment: w, quantities: q, semicolon }: Messages,
): Facts {
  const texts = runs.flatMap(({ summary: { settings, health } }) => {
    const { shard } = settings;
    if (shard !== undefined) return w.shardOf(shard.index, shard.of);
    const shards = health?.shards ?? [];
    const skew = startSkew(shards);
    return skew === null ? [] : w.shardsOf(shards.length, q.duration(skew.skewMs));
  });
  return texts.length === 0 ? [] : [[w.shards, [...new Set(texts)].join(semicolon)]];
}

function clientText(
  { client, workers }: ReportedRun['summary']['settings'],
  { environment: w }: Messages,
): string {
  return client === '' ? w.unknown : w.clientOf(client, w.workers(workers));
}

/** `2026-11-24 13:00:00 UTC` */
export function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** What was sent: which exchanges, in what order, and how long their answers were asked to be. */
export function trafficText(settings: RunSettings, messages: Messages): string {
  const { environment: w, quantities: q, skip, clause, semicolon } = messages;
  const { exchanges, conversations, order, loop, lengths, skipped } = settings;
  const what = [
    w.exchanges(q.whole(exchanges)),
    ...(conversations === 0 || conversations === exchanges ? [] : [w.conversations(q.whole(conversations))]),
    ...(exchanges === 1 ? [] : [w.order[order]]),
    loop ? w.passes.loop : w.passes.once,
  ];
  return [what.join(clause), w.lengths[lengths], ...requestOptions(settings), ...skipped.map(skip)].join(
    semicolon,
  );
}

/** Which requests were taken and how they were rewritten, in the words of the command line. */
function requestOptions({ select, limit, model, set, stream, usage }: RunSettings): readonly string[] {
  return [
    ...select.map((text) => `--select '${text}'`),
    ...(limit === null ? [] : [`--limit ${limit}`]),
    ...model.map((name) => `--model ${name}`),
    ...set.map((text) => `--set '${text}'`),
    ...(stream === 'keep' ? [] : [`--stream ${stream}`]),
    ...(usage === 'final' ? [] : [`--usage ${usage}`]),
  ];
}

/** When it was sent, and what became of requests without an answer. */
export function loadText(settings: RunSettings, messages: Messages): string {
  const { environment: w, quantities: q, semicolon } = messages;
  const { load, durationUs, requests, timeoutUs, think, aborts, warmup } = settings;
  return [
    load.kind === 'closed' ? w.closedLoop[load.semantics] : arrivalsText(load.arrivals, messages),
    ...(load.kind === 'open' && load.maxInFlight !== null ? [w.maxInFlight(q.whole(load.maxInFlight))] : []),
    ...(durationUs === null ? [] : [w.duration(q.given(durationUs / 1e3))]),
    ...(requests === null ? [] : [w.requests(q.whole(requests))]),
    ...(durationUs === null && requests === null ? [w.wholeTape] : []),
    w.timeout(q.given(timeoutUs / 1e3)),
    ...(think.kind === 'recorded' ? [w.think.recorded] : []),
    ...(think.kind === 'fixed' ? [w.think.fixed(q.given(think.us / 1e3))] : []),
    ...(aborts === 'replay' ? [] : [w.aborts[aborts]]),
    ...(warmup === null ? [] : [warmupText(warmup, messages)]),
  ].join(semicolon);
}

function arrivalsText(arrivals: Arrivals, { environment: w, quantities: q }: Messages): string {
  switch (arrivals.kind) {
    case 'recorded':
      return w.arrivals.recorded(q.times(arrivals.timeScale));
    case 'gamma':
      return w.arrivals.gamma(q.times(arrivals.cv));
    default:
      return w.arrivals[arrivals.kind];
  }
}

function warmupText(
  warmup: NonNullable<RunSettings['warmup']>,
  { environment: w, quantities: q }: Messages,
): string {
  return 'requests' in warmup
    ? w.warmup.requests(q.whole(warmup.requests))
    : w.warmup.time(q.given(warmup.us / 1e3));
}

/** What was changed in the recorded bytes, most frequent first; empty when nothing was. */
export function changesText({ changes }: Pick<RunSettings, 'changes'>, messages: Messages): string {
  return changes
    .toSorted((a, b) => b.requests - a.requests)
    .map(messages.change)
    .join(messages.semicolon);
}

/** What was done about the server's prefix cache. */
export function cacheText({ cache, cacheRefusal }: RunSettings, messages: Messages): string {
  const { environment: w } = messages;
  return cacheRefusal === null ? w.caches[cache] : w.refused(messages.cacheRefusal(cacheRefusal));
}

/** Control and format characters: they could steer a terminal, or end a line. */
const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Commands that make runs; nothing else made those of an honest tape. */
const MAKERS: ReadonlySet<string> = new Set(['replay', 'ab', 'aa', 'wrk', 'demo', 'peak']);
/** Options that run a program, or write a file. */
const ACTING = /^--(server-command|switch|script|out|force|html|markdown)(=|$)/;

/**
 * The commands that repeat some runs, each once, as they were given. Values of headers are not stored with a run, so a
 * command that needs a key has to be given one again. The tape may be untrusted: a command that would run a program or
 * write a file is a comment, after one that says so.
 */
export function reproCommands(
  runs: readonly { readonly settings: Pick<RunSettings, 'commandLine'> }[],
): readonly string[] {
  // Runs that another tool made have none.
  const known = runs.filter(({ settings }) => settings.commandLine.length > 0);
  return [...new Set(known.map(({ settings }) => reproCommand(settings.commandLine)))];
}

/** A command of this program as a shell reads it back. */
export function commandText(words: readonly string[]): string {
  return ['reprise', ...words].map(shellWord).join(' ');
}

function reproCommand(words: readonly string[]): string {
  const command = commandText(words);
  const [verb = ''] = words;
  const acting = MAKERS.has(verb) ? words.find((word) => ACTING.test(word)) : verb;
  if (acting === undefined) return command;
  const what = shellWord(acting.split('=', 1)[0] ?? '');
  return `${shellComment(`from the tape, with ${what}: read it before you run it`)}\n${shellComment(command)}`;
}

/** A quoted word may have a line end, which would end the comment. */
function shellComment(text: string): string {
  return `# ${text.replaceAll('\n', '\n# ')}`;
}

/**
 * A word as every POSIX shell reads it back; quoted only where it must be. `$'…'` is not known to all of them, so what
 * could steer a terminal is left to `printf`, in octal; a command substitution drops line ends at its end, so these are
 * put behind it as they are.
 */
export function shellWord(word: string): string {
  if (STEERING.test(word)) {
    const [ends = ''] = /\n*$/.exec(word) ?? [];
    const octal = [...Buffer.from(word.slice(0, word.length - ends.length))].map(octalByte).join('');
    return `"$(printf '${octal}')"${ends === '' ? '' : `'${ends}'`}`;
  }
  return /^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** As printf's format takes it, with nothing in it that a shell or printf reads otherwise. */
function octalByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[\w./:,]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
}
