import type {
  BudgetDocument,
  ComparisonDocument,
  PeakDocument,
  RunsDocument,
  SessionDocument,
  TrafficDocument,
} from 'reprise';

/** A program that reads the JSON documents; it is compiled against the packed package, never run. */
export function failures({ format, runs, findings }: RunsDocument): readonly string[] {
  const version: 1 = format;
  const slow = runs.filter((run) => !run.valid && (run.ttftMs.p99 ?? 0) > 500);
  return [
    `version ${version}`,
    ...slow.flatMap((run) => run.invalidReasons.map((reason) => `${run.label}: ${reason.text}`)),
    ...findings.map((finding) => finding.text),
  ];
}

export function verdicts(
  one: ComparisonDocument,
  other: SessionDocument,
  budget: BudgetDocument,
  peak: PeakDocument,
  traffic: TrafficDocument,
): readonly (string | number)[] {
  if (one.verdict === 'regression') return [one.sentence];
  const rows = Object.values(other.metrics).map((metric) => metric.title);
  return [
    ...rows,
    budget.pairSeconds,
    Object.keys(peak).length,
    traffic.captures,
    ...traffic.traffic.bins.map((bin) => bin.errors),
  ];
}
