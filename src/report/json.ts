import type { Comparison } from '../compare/compare-runs.ts';
import type { MetricComparison } from '../compare/comparison.ts';
import type { ComparisonNote } from '../compare/comparison-note.ts';
import type { MetricBudget } from '../compare/session/budget.ts';
import type { PairedComparison } from '../compare/session/judge-session.ts';
import type { NoiseCheck } from '../compare/session/noise-check.ts';
import type { PairedCell } from '../compare/session/paired-cell.ts';
import { type RunSummary, reportedSummary } from '../measure/run-summary.ts';
import type { RunSettings } from '../model/run.ts';
import { findingsByGroup, type MeasuredFigures } from './findings/findings.ts';
import { messagesOf } from './messages/messages.ts';
import { changeText, skipText } from './messages/notes/traffic-notes.ts';

/** What `--json` says of a note beside its kind and facts, in every language of reports. */
const en = messagesOf('en');

/**
 * The version of the JSON documents and of the CSV table, their first member and column. It rises when a name goes or
 * changes its meaning; new names do not raise it.
 */
export const FORMAT = 1;

/**
 * One JSON document as every `--json` prints it: indented, keys in their documented order, a newline at its end. Where
 * `format` is that of a file, the version is in `version`.
 */
export function jsonText(document: object): string {
  const version = 'format' in document ? { format: document.format, version: FORMAT } : { format: FORMAT };
  return `${JSON.stringify({ ...version, ...document }, null, 2)}\n`;
}

/** Some runs and what is found in them. */
export function runsDocument(runs: readonly MeasuredFigures[]) {
  return {
    runs: runs.map(({ summary }) => runDocument(reportedSummary(summary))),
    findings: findingsByGroup(runs).flatMap(({ group: { label, target }, findings }) =>
      findings.map((finding) => ({ label, target, ...finding, text: en.finding(finding).sentence })),
    ),
  };
}

/** A run with a text beside each of its notes. */
function runDocument(run: RunSummary) {
  return {
    ...run,
    retries: run.health === null && run.settings.origin !== undefined ? null : (run.health?.retried ?? 0),
    invalidReasons: run.invalidReasons.map((reason) => ({ ...reason, text: en.reasons([reason]) })),
    settings: settingsDocument(run.settings),
  };
}

/** What is known of a run that another tool made; everything else is null. */
const KNOWN_OF_IMPORTED = [
  'repeat',
  'exchanges',
  'requests',
  'load',
] as const satisfies (keyof RunSettings)[];

function settingsDocument({ skipped, changes, cacheRefusal, origin, ...settings }: RunSettings) {
  if (origin !== undefined) {
    const { promptLengths: _lengths, ...from } = origin;
    const unknown = Object.keys(settings).map((key) => [key, null]);
    const known = KNOWN_OF_IMPORTED.map((key) => [key, settings[key]]);
    const all: Readonly<Record<string, unknown>> = Object.fromEntries([...unknown, ...known]);
    return { origin: from, ...all };
  }
  return {
    ...settings,
    skipped: skipped.map((skip) => ({ ...skip, text: skipText(skip, 'en') })),
    changes: changes.map((change) => ({ ...change, text: changeText(change, 'en') })),
    cacheRefusal: cacheRefusal && { ...cacheRefusal, text: en.cacheRefusal(cacheRefusal) },
  };
}

/** A comparison of runs with its sentence, and a text beside each of its notes. */
export function comparisonDocument({ verdict, conclusion, ...comparison }: Comparison) {
  return {
    verdict,
    sentence: en.conclusion(conclusion),
    conclusion,
    ...comparison,
    metrics: metricDocuments(comparison.metrics),
    cells: comparison.cells.map((cell) => ({
      ...cell,
      metrics: metricDocuments(cell.metrics),
      notes: cell.notes.map(noteDocument),
    })),
    notes: comparison.notes.map(noteDocument),
  };
}

/** The same of an A/B session. */
export function sessionDocument({ verdict, conclusion, ...session }: PairedComparison) {
  return {
    verdict,
    sentence: en.sessionConclusion(conclusion),
    conclusion,
    ...session,
    noise: session.noise && noiseDocument(session.noise),
    metrics: metricDocuments(session.metrics),
    cells: session.cells.map(pairedCellDocument),
    notes: session.notes.map(noteDocument),
  };
}

function pairedCellDocument(cell: PairedCell) {
  const { baseline, candidate } = cell.recorded;
  const timings = (arm: typeof baseline) =>
    arm.map(({ key, ...timing }) => ({ key, title: en.metric(key), ...timing }));
  return {
    ...cell,
    metrics: metricDocuments(cell.metrics),
    invalid: cell.invalid.map((found) => ({ ...found, text: en.invalidity(found) })),
    server: cell.server.map(({ key, ...row }) => ({ key, title: en.metric(key), ...row })),
    recorded: { baseline: timings(baseline), candidate: timings(candidate) },
    notes: cell.notes.map(noteDocument),
  };
}

/** What it takes to see changes of each metric. */
export function budgetDocuments(budget: readonly MetricBudget[]) {
  return budget.map(({ key, cell, ...found }) => ({ key, title: en.metric(key), cell, ...found }));
}

function metricDocuments(metrics: Readonly<Record<string, MetricComparison>>) {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, { key, ...metric }]) => [name, { title: en.metric(key), ...metric }]),
  );
}

function noiseDocument(noise: NoiseCheck) {
  const defects = noise.defects.map((defect) => ({ ...defect, text: en.noiseDefect(defect) }));
  return { ...noise, defects, text: en.noise(noise) };
}

function noteDocument(note: ComparisonNote) {
  return { ...note, text: en.note(note) };
}
