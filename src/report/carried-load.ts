import { FIRST_TOKEN, SERVED_TOKENS, WHOLE_ANSWER } from '../measure/metric-table.ts';
import { type Cell, cellName } from '../model/run.ts';
import type { Block, VerdictBand } from './block.ts';
import { runsTrust } from './comparison/verdict-blocks.ts';
import { reproCommands } from './environment-facts.ts';
import { arrivalLevels, cellFacts, closedCells, validCells } from './findings/levels.ts';
import { objectives } from './findings/objectives.ts';
import { kneeLevel } from './findings/scaling.ts';
import { percentileOver } from './matrix.ts';
import type { Messages } from './messages/messages.ts';
import { type CellRuns, meanOver, type RunGroup } from './runs-report.ts';

/** The first screen of one label: what the server carries, and how it answers where latency starts to climb. */
export function carriedLoad(group: RunGroup, messages: Messages): Block {
  const { tone, headline, line } = carried(group, messages);
  return {
    kind: 'verdict',
    verdict: {
      tone,
      headline,
      lines: line === '' ? [] : [line],
      repeat: reproCommands(group.runs.slice(-1))[0] ?? null,
      trust: runsTrust(group.runs, null, messages),
      tiles: tiles(group, messages),
    },
  };
}

type Carried = Pick<VerdictBand, 'tone' | 'headline'> & {
  /** What to do about it; may be empty. */
  readonly line: string;
};

function carried(group: RunGroup, messages: Messages): Carried {
  const { carried: w } = messages.verdict;
  const { quantities: q } = messages;
  const found = objectives(group).find(({ kind }) => kind === 'sloCell' || kind === 'sloNone');
  if (validCells(group).length === 0) return { tone: 'open', headline: w.nothing, line: w.fixRuns };
  const best = bestCell(group);
  if (best === null) return carriedArrivals(group, messages);
  const knee = kneeLevel(group);
  const at = cellName(best.cell);
  return {
    tone: 'plain',
    headline:
      knee === null
        ? w.most(q.rate(best.requestsPerSec), at)
        : w.mostAndKnee(q.rate(best.requestsPerSec), at, String(knee.connections)),
    line: [
      ...(found === undefined ? [] : [messages.finding(found).sentence]),
      knee === null ? w.noKnee : w.hold(String(knee.connections), q.rate(knee.requestsPerSec)),
    ].join(messages.sentence),
  };
}

/** An open loop carries a rate of arrivals when as many are served, but for what the end of the window cuts off. */
const KEPT_UP = 0.95;

function carriedArrivals(group: RunGroup, { verdict: { carried: w }, quantities: q }: Messages): Carried {
  const levels = arrivalLevels(group);
  const kept = levels.findLast(
    ({ arrivalsPerSec, requestsPerSec }) => requestsPerSec >= KEPT_UP * arrivalsPerSec,
  );
  const least = levels[0]?.arrivalsPerSec ?? null;
  return kept === undefined
    ? { tone: 'plain', headline: w.fellBehind(q.times(least)), line: '' }
    : {
        tone: 'plain',
        headline: w.keptUp(q.times(kept.arrivalsPerSec)),
        line: w.arrivals(q.duration(kept.meanMs)),
      };
}

function bestCell(group: RunGroup) {
  const facts = closedCells(group).flatMap((cell) => cellFacts(cell) ?? []);
  return facts.sort((a, b) => b.requestsPerSec - a.requestsPerSec)[0] ?? null;
}

/** The highest rate, then the figures at the knee or, without one, where the rate is highest. */
function tiles(group: RunGroup, messages: Messages): VerdictBand['tiles'] {
  const { verdict: w, quantities: q, metric } = messages;
  const best = bestCell(group);
  const knee = kneeLevel(group);
  const cells = validCells(group);
  const shown =
    (knee === null
      ? cells.find(({ cell }) => cell === best?.cell)
      : cells.find(({ cell }) => cell.connections === knee.connections)) ?? cells.at(-1);
  if (shown === undefined) return [];
  const tile = (name: string, at: Cell | null, change: string, figures = '') => ({
    name: at === null ? name : `${name} · ${cellName(at)}`,
    tone: 'plain' as const,
    change,
    figures,
  });
  const { cell, shown: runs } = shown;
  const tokens = meanOver(runs, (run) => run.servedOutputTokensPerSec);
  return [
    ...(best === null ? [] : [tile(w.carried.best, best.cell, `${q.rate(best.requestsPerSec)}/s`)]),
    tile(w.carried.knee, null, knee === null ? '–' : String(knee.connections), w.carried.connections),
    ...([FIRST_TOKEN, WHOLE_ANSWER] as const).flatMap((key) => {
      const [p50, tail] = percentiles(shown, key, messages);
      return p50 === null ? [] : [tile(`${metric(key)} p50`, cell, p50, tail ?? '')];
    }),
    ...(tokens === null ? [] : [tile(metric(SERVED_TOKENS), cell, q.rate(tokens))]),
  ];
}

/** The median and the highest percentile that each run has the sample for. */
function percentiles(
  cell: CellRuns,
  key: typeof FIRST_TOKEN | typeof WHOLE_ANSWER,
  { quantities: q }: Messages,
): readonly [string | null, string | null] {
  const value = (name: 'p50' | 'p90' | 'p99'): string | null => {
    const ms = percentileOver(cell, key, name);
    return ms === null ? null : q.duration(ms);
  };
  const [p50, p90, p99] = [value('p50'), value('p90'), value('p99')];
  return [p50, p99 !== null ? `p99 ${p99}` : p90 === null ? null : `p90 ${p90}`];
}
