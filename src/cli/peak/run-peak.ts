import { type PeakAnswer, type PeakStop, peakAnswer } from '../../compare/peak/answer.ts';
import { AXES, type Axis } from '../../compare/peak/axis.ts';
import { doublingStride, loadGrid } from '../../compare/peak/load-grid.ts';
import { judgePairs, pairedLoads } from '../../compare/peak/paired-peak.ts';
import { type PeakBench, type PeakSearch, searchOne, searchTwo } from '../../compare/peak/run-search.ts';
import { searchRules } from '../../compare/peak/search.ts';
import type { Arm } from '../../compare/session/arm-run.ts';
import type { Slo } from '../../measure/goodput.ts';
import { systemClock } from '../../model/clock.ts';
import type { Run } from '../../model/run.ts';
import { EXIT, UserError, usageError } from '../../model/user-error.ts';
import { recordedRatePerSec } from '../../replay/plan/due-times.ts';
import { htmlPage } from '../../report/html/html-page.ts';
import { jsonText } from '../../report/json.ts';
import { markdownPage } from '../../report/markdown-page.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { peakDocument, peakPage } from '../../report/peak/peak-page.ts';
import type { PeakReport } from '../../report/peak/peak-report.ts';
import { textPage } from '../../report/text-page.ts';
import type { CommandResult } from '../command.ts';
import { exitOf } from '../compare/comparison-output.ts';
import type { PerArm } from '../compare/pair-settings.ts';
import { keepServers } from '../compare/ready-server.ts';
import { freeLabels } from '../compare/run-session.ts';
import { openPageFiles } from '../output-file.ts';
import { toolVersion } from '../provenance.ts';
import type { LoadedRequests } from '../replay/load-requests.ts';
import { type LoopSettings, type ReplayCell, replayCells } from '../replay/loop-settings.ts';
import type { ReplaySession } from '../replay/run-cell.ts';
import { readyTraffic } from '../replay/test-request.ts';
import { withRunTape } from '../replay/with-run-tape.ts';
import { say, terminalWidth } from '../terminal/terminal.ts';
import { measureBlock, runUs } from './measure-block.ts';
import { createPeakProgress, type PeakProgress } from './peak-progress.ts';
import type { PeakSettings } from './peak-settings.ts';

const en = messagesOf('en');

/** Loads that a search goes through where nothing is asked: from the lowest to this many times that. */
const SPAN = 256;

/**
 * Searches, shows how the answer narrows, keeps every run on the tape and gives the answer. Ctrl-C and the time limit end it
 * with what is known by then.
 * @throws UserError (as a rejection) for a tape or server that cannot be used
 */
export async function runPeak(path: string, settings: PeakSettings): Promise<CommandResult> {
  const { json, language } = settings;
  const files = openPageFiles(settings);
  const { report, failure } = await search(path, settings);
  const page = peakPage(report, toolVersion(), language);
  files.write({ markdown: () => markdownPage(page), html: () => htmlPage(page) });
  const data = json ? jsonText(peakDocument(report)) : textPage(page, terminalWidth());
  return failure === null ? { data, exitCode: exitCodeOf(report) } : { data, failure };
}

function exitCodeOf({ answers, paired }: PeakReport): number {
  if (answers.some(({ notes }) => notes.some((note) => note.kind === 'stopped' && note.by === 'interrupt'))) {
    return EXIT.interrupted;
  }
  if (answers.some(({ outcome }) => outcome === 'client')) return EXIT.invalid;
  if (paired !== null) return exitOf(paired.verdict);
  return answers.some(({ outcome }) => outcome === 'open') ? EXIT.inconclusive : EXIT.ok;
}

interface Searched {
  readonly report: PeakReport;
  /** A server that was there is gone; null otherwise. */
  readonly failure: UserError | null;
}

function search(path: string, given: PeakSettings): Promise<Searched> {
  const progress = createPeakProgress(given, systemClock.nowUs);
  const { arms } = given;
  return withRunTape(path, progress, async ({ tape, reader, signal }) => {
    const labels = labelsOf(reader.runs(), given);
    const { settings: traffic, loaded } = await readyTraffic({
      tape: reader,
      path,
      settings: given.traffic,
      targets: arms.map((arm) => given.targets[arm]),
      test: given.traffic.tests && given.switchCommand === null,
      signal,
    });
    const settings = { ...given, traffic };
    const rules = searchRules({
      ...gridOf(settings, loaded),
      good: given.good,
      confidence: given.confidence,
      servers: arms.length === 2 ? 2 : 1,
    });
    progress.begin(rules);
    const session = { loaded, tape, reader, signal, onSending: progress.send };
    const bench = openBench(settings, session, labels, rules.loads, progress);
    const found = await (arms.length === 2 ? searchTwo : searchOne)(rules, bench);
    return {
      result: { report: reportOf(found, settings, rules, labels), failure: bench.failure() },
      loaded,
      wrote: `runs labelled ${arms.map((arm) => labels[arm]).join(' and ')}`,
    };
  });
}

/** The grid of loads, from what was asked or what the tape shows. */
function gridOf({ axis, from, to, step }: PeakSettings, { conversations }: LoadedRequests) {
  const lowest = from ?? lowestLoad(axis, conversations);
  const highest = to ?? lowest * SPAN;
  if (highest <= lowest) {
    throw usageError(
      `--to ${highest} is not above the lowest load ${Number(lowest.toPrecision(4))}`,
      'give a lower --from',
    );
  }
  return {
    loads: loadGrid({ from: lowest, to: highest, step, whole: AXES[axis].whole }),
    stride: doublingStride(step),
  };
}

function lowestLoad(axis: Axis, conversations: LoadedRequests['conversations']): number {
  switch (axis) {
    case 'rate':
      return Math.max(0.1, recordedRatePerSec(conversations) / 4);
    case 'connections':
      return 1;
    case 'time-scale':
      return 0.25;
  }
}

/** Everything a block needs that does not change from block to block. */
type SharedSession = Pick<ReplaySession, 'loaded' | 'tape' | 'reader' | 'signal' | 'onSending'>;

function openBench(
  settings: PeakSettings,
  shared: SharedSession,
  labels: PerArm<string>,
  loads: readonly number[],
  progress: PeakProgress,
): PeakBench & { failure(): UserError | null } {
  const endsUs = systemClock.nowUs() + settings.maxTimeUs;
  const { traffic, targets, axis, blockUs } = settings;
  const servers = keepServers(settings.switchCommand, settings.warmup);
  const observer = {
    switching: (to: Arm) => progress.doing(`switching the server to the ${to}`),
    warming: () => progress.doing('warming the server'),
  };
  let blocks = 0;
  let failure: UserError | null = null;
  /** Answers a second per unit of load, as the last block had them. */
  let perLoad = firstRate(axis, shared.loaded);

  async function measure(arm: Arm, index: number, sample: number) {
    const load = loads[index] ?? Number.NaN;
    const cell = cellAt(axis, load, traffic.traffic, shared.loaded);
    const durationUs = runUs(blockUs, perLoad * load);
    if (shared.signal.aborted) return 'interrupt' as const;
    if (systemClock.nowUs() + durationUs > endsUs) {
      if (blocks === 0) throw tooShort(settings.maxTimeUs, durationUs);
      return 'time' as const;
    }
    // Another seed draws other conversations and other arrivals: blocks of one load are samples of the traffic.
    const send = { ...traffic.send, durationUs, seed: (traffic.send.seed + sample) % 2 ** 32 };
    blocks += 1;
    const session = { ...shared, settings: { ...traffic, send }, target: targets[arm], label: labels[arm] };
    await servers.ready(session, arm, cell, observer);
    progress.block(arm, load, cell.cell, durationUs);
    const measured = await measureBlock(session, cell, settings.slo);
    if (typeof measured === 'string') return measured;
    perLoad = axis === 'connections' ? Math.max(measured.answersPerSec / load, 1e-3) : perLoad;
    if (blocks === 1) sayUnstreamed(measured.streamedShare, settings.slo);
    progress.measured(measured.block);
    return measured.block;
  }

  return {
    async measure(arm, index, sample): Promise<Awaited<ReturnType<PeakBench['measure']>>> {
      try {
        return await measure(arm, index, sample);
      } catch (error) {
        // A server that is gone after the first block ends the search with what is known.
        if (!(error instanceof UserError) || error.kind === 'usage' || blocks <= 1) throw error;
        failure = error;
        return 'server' satisfies PeakStop;
      }
    },
    visited: progress.visited,
    failure: () => failure,
  };
}

function tooShort(maxTimeUs: number, blockUs: number): UserError {
  const [most, block] = [maxTimeUs, blockUs].map((us) => en.quantities.duration(us / 1e3));
  return usageError(
    `--max-time ${most} is over before the first block, which takes ${block}`,
    'give a longer --max-time or a shorter --block',
  );
}

/** Answers in one piece are measured by their end, which a limit on the first token may not mean. */
function sayUnstreamed(share: number, { ttftMs, ttfoMs = null }: Slo): void {
  if (share === 1 || (ttftMs ?? ttfoMs) === null) return;
  say(
    `${en.quantities.percent(1 - share)} of the answers are not streamed, so that their first token counts when they end: use --stream on, or limit e2el`,
  );
}

/** Answers a second that one unit of load gives before a block has shown it. */
function firstRate(axis: Axis, { conversations, longestAnswerUs }: LoadedRequests): number {
  if (axis === 'rate') return 1;
  return axis === 'time-scale' ? recordedRatePerSec(conversations) : 1e6 / Math.max(longestAnswerUs, 1e3);
}

function cellAt(axis: Axis, load: number, loop: LoopSettings, { conversations }: LoadedRequests): ReplayCell {
  const [cell] = replayCells(loopAt(axis, load, loop), conversations);
  if (cell === undefined) throw new Error('a load has a cell');
  return cell;
}

function loopAt(axis: Axis, load: number, loop: LoopSettings): LoopSettings {
  if (loop.kind === 'closed') return { ...loop, cells: [{ threads: 1, connections: load }] };
  return axis === 'rate' ? { ...loop, ratesPerSec: [load] } : { ...loop, timeScale: load };
}

function reportOf(
  found: PeakSearch,
  { axis, slo, good, step, confidence, blockUs, arms }: PeakSettings,
  rules: ReturnType<typeof searchRules>,
  labels: PerArm<string>,
): PeakReport {
  const answers = arms.map((arm): PeakAnswer & { readonly label: string } => ({
    label: labels[arm],
    ...peakAnswer(found.visits[arm], rules, confidence, found.stop),
  }));
  const compared = pairedLoads(found.visits.baseline, rules);
  return {
    axis,
    slo,
    good,
    step,
    confidence,
    blockMs: blockUs / 1e3,
    answers,
    paired: arms.length === 2 ? judgePairs(found.pairs, compared, rules, confidence) : null,
  };
}

/** `peak`, or for two servers `peak-baseline` and `peak-candidate`, then numbered. */
function labelsOf(runs: readonly Run[], { label, arms }: PeakSettings): PerArm<string> {
  const named = (base: string): PerArm<string> =>
    arms.length === 1
      ? { baseline: base, candidate: base }
      : { baseline: `${base}-baseline`, candidate: `${base}-candidate` };
  const numbered = (n: number): PerArm<string> => named(n === 1 ? 'peak' : `peak-${n}`);
  return freeLabels(runs, label === null ? null : named(label), numbered, '--label');
}
