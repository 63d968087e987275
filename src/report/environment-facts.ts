import { reproCommands } from './repro-command.ts';
import type { ReportedRun, RunsReport } from './runs-report.ts';
import type { Words } from './words/english.ts';

/** Where, with what and how the runs of one label were made: enough to make them again. */
export function environmentFacts(
  report: RunsReport,
  runs: readonly ReportedRun[],
  words: Words,
): readonly (readonly [string, string])[] {
  const { environment: w } = words;
  const [first] = runs;
  const last = runs.at(-1);
  if (first === undefined || last === undefined) return [];
  const { summary, server } = first;
  return [
    [w.server, `${summary.target}${report.path}`],
    ...serverLines(server, words),
    [w.tape, report.tape],
    [w.traffic, traffic(summary.settings, words)],
    [w.load, load(summary.settings, words)],
    [w.seed, w.noSeed],
    [w.runs, w.started(instant(summary.startedAt), instant(last.summary.startedAt))],
    [w.client, w.unknown],
    [w.tool, `reprise ${[...new Set(runs.map(({ toolVersion }) => toolVersion))].join(', ')}`],
    ...reproCommands(
      report.tape,
      runs.map((run) => run.summary),
    ).map((command): readonly [string, string] => [w.commandLine, command]),
  ];
}

function serverLines(server: ReportedRun['server'], words: Words): readonly (readonly [string, string])[] {
  const { environment: w, quantities: q } = words;
  const models = server.models.map(({ id, maxModelLen }) =>
    maxModelLen === null ? id : w.modelWithLength(id, q.whole(maxModelLen)),
  );
  const flags = server.flags.map(([name, value]) => `${name}=${value}`).join(' ');
  const gpus = [...Map.groupBy(server.gpus, (name) => name)].map(([name, same]) => w.gpus(same.length, name));
  return [
    [w.version, server.version === null ? w.unknown : `vLLM ${server.version}`],
    [w.model, models.length === 0 ? w.unknown : models.join(words.comma)],
    [w.flags, flags === '' ? w.noFlags : flags],
    [w.gpu, gpus.length === 0 ? w.unknownGpu : gpus.join(words.comma)],
    ...(server.driver === null ? [] : [[w.driver, server.driver] as const]),
    ...(server.commandOutput === null ? [] : [[w.command, server.commandOutput] as const]),
  ];
}

function traffic(
  settings: ReportedRun['summary']['settings'],
  { environment: w, quantities: q, reason, semicolon }: Words,
): string {
  const skipped = Object.entries(settings.skipped).map(([why, n]) => w.skipped(q.whole(n), reason(why)));
  return [w.exchanges(settings.exchanges), ...skipped].join(semicolon);
}

function load(
  settings: ReportedRun['summary']['settings'],
  { environment: w, quantities: q, semicolon }: Words,
): string {
  const { durationUs, requests, timeoutUs } = settings;
  return [
    w.closedLoop,
    requests === null ? w.duration(q.given((durationUs ?? 0) / 1e3)) : w.requests(q.whole(requests)),
    w.timeout(q.given(timeoutUs / 1e3)),
  ].join(semicolon);
}

/** `2026-11-24 13:00:00 UTC` */
export function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
