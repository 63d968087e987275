/**
 * The types of the documents that `--json` prints, for programs that read them:
 * `import type { ComparisonDocument } from 'reprise'`. They are derived from the functions that write the documents.
 */

import type { TapeFigures } from '../measure/tape-figures.ts';
import type { Traffic } from '../measure/traffic.ts';
import type { budgetDocuments, comparisonDocument, FORMAT, runsDocument, sessionDocument } from './json.ts';
import type { peakDocument } from './peak/peak-page.ts';

type Printed<Document> = { readonly format: typeof FORMAT } & Document;

/** `replay --json` and `report --format json`. */
export type RunsDocument = Printed<ReturnType<typeof runsDocument>>;

/** `compare --json`. */
export type ComparisonDocument = Printed<ReturnType<typeof comparisonDocument>>;

type Budget = ReturnType<typeof budgetDocuments>;

/** `ab --json` and `aa --json`; only `aa` has a budget. */
export type SessionDocument = Printed<
  ReturnType<typeof sessionDocument> & { readonly pairSeconds?: number | null; readonly budget?: Budget }
>;

/** `budget --json`; `pairSeconds` is the wall time of a pair, seconds. */
export type BudgetDocument = Printed<{
  readonly baseline: string;
  readonly candidate: string;
  readonly pairSeconds: number;
  readonly metrics: Budget;
}>;

/** `peak --json`. */
export type PeakDocument = Printed<ReturnType<typeof peakDocument>>;

/** `inspect --json`. */
export type TrafficDocument = Printed<TapeFigures & { readonly traffic: Traffic }>;
