import type { RunSummary } from '../../measure/run-summary.ts';
import { medianOver, type RunGroup } from '../cells.ts';
import { levelsOf, validCells } from '../findings/levels.ts';
import { kneeLevel } from '../findings/scaling.ts';
import type { Chart, Layer, Plot } from '../plot/chart.ts';
import { niceDomain } from '../plot/scale.ts';
import type { Words } from '../words/english.ts';

/** One value of one label at one number of connections. */
interface LoadValue {
  readonly group: number;
  readonly connections: number;
  readonly value: number;
}

/** Rate and latency against connections, the labels over each other; null when no run is valid. */
export function loadPlot(groups: readonly RunGroup[], words: Words): Plot | null {
  const { plots: w, quantities: q } = words;
  const levels = groups.flatMap((group, i) => levelsOf(group).map((level) => ({ ...level, group: i })));
  if (levels.length === 0) return null;
  const knees = groups.flatMap((group) => kneeLevel(group)?.connections ?? []);
  const chart = (what: string, values: readonly LoadValue[], format: (value: number) => string): Chart[] =>
    values.length === 0 ? [] : [chartOf(what, values, format, [...new Set(knees)], groups, words)];
  const ttft = groups.flatMap((group, i) => ttftValues(group, i));
  return {
    id: 'load',
    wide: true,
    title: w.load.title,
    lead: w.load.lead,
    definition: w.load.definition,
    legend: groups.map(({ label }, series) => ({ series, name: label })),
    drawings: [
      ...chart(
        w.requestsPerSec,
        levels.map((level) => ({ ...level, value: level.requestsPerSec })),
        q.rate,
      ),
      ...chart(
        w.meanLatency,
        levels.map((level) => ({ ...level, value: level.meanMs })),
        q.duration,
      ),
      ...chart(w.load.ttft, ttft, q.duration),
    ],
    table: {
      caption: w.load.title,
      header: [words.matrix.header.connections, w.requestsPerSec, w.meanLatency, w.load.runs, w.requests],
      rows: levels.map((level) => [
        `${groups.length > 1 ? `${groups[level.group]?.label} ` : ''}${level.connections}`,
        q.rate(level.requestsPerSec),
        q.duration(level.meanMs),
        String(level.runs),
        q.whole(level.requests),
      ]),
    },
  };
}

function ttftValues(group: RunGroup, index: number): readonly LoadValue[] {
  const byConnections = Map.groupBy(validCells(group), ({ cell }) => cell.connections);
  return [...byConnections]
    .sort(([a], [b]) => a - b)
    .flatMap(([connections, cells]) => {
      const runs: readonly RunSummary[] = cells.flatMap(({ valid }) => valid);
      const value = medianOver(runs, ({ ttftMs }) => ttftMs.p50);
      return value === null ? [] : [{ group: index, connections, value }];
    });
}

function chartOf(
  what: string,
  values: readonly LoadValue[],
  format: (value: number) => string,
  knees: readonly number[],
  groups: readonly RunGroup[],
  { plots: w }: Words,
): Chart {
  const numbers = values.map(({ value }) => value);
  const layers = groups.map(
    (group, series): Layer => ({
      kind: 'linked-dots',
      series,
      tip: `${group.label} {0}: ${what} {1}`,
      points: values
        .filter((value) => value.group === series)
        .map(({ connections, value }) => ({
          x: connections,
          y: value,
          words: [String(connections), format(value)],
        })),
    }),
  );
  return {
    kind: 'chart',
    description: w.load.description(what, format(Math.min(...numbers)), format(Math.max(...numbers))),
    height: 300,
    x: {
      label: w.connections,
      kind: 'linear',
      domain: niceDomain(
        'linear',
        values.map(({ connections }) => connections),
      ),
      format: String,
    },
    y: { label: what, kind: 'linear', domain: niceDomain('linear', numbers), format },
    layers: [...knees.map((at): Layer => ({ kind: 'rule', at, label: w.knee(at) })), ...layers],
  };
}
