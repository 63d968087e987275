import type { Messages } from './messages/messages.ts';
import { reproCommands } from './repro-command.ts';
import type { ReportedRun, RunsReport } from './runs-report.ts';
import { cacheText, changesText, loadText, trafficText } from './settings-text.ts';

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
  return [
    [w.server, `${summary.target}${report.path}`],
    ...serverFacts(server, messages),
    ...cardFacts(first, messages),
    [w.client, each((settings) => clientText(settings, messages))],
    [w.tape, report.tape],
    [w.traffic, each((settings) => trafficText(settings, messages))],
    ...(changes === '' ? [] : [[w.changes, changes] as const]),
    [w.load, each((settings) => loadText(settings, messages))],
    [w.cache, each((settings) => cacheText(settings, messages))],
    [w.seed, each(({ seed, client }) => (client === '' ? w.unknown : String(seed)))],
    [w.runs, w.started(instant(summary.startedAt), instant(last.summary.startedAt))],
    [w.tool, `reprise ${[...new Set(runs.map(({ toolVersion }) => toolVersion))].join(', ')}`],
    ...reproCommands(runs.map((run) => run.summary)).map((command) => [w.commandLine, command] as const),
  ];
}

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
