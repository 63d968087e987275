import type { JsonObject } from '../../model/json.ts';
import type { ImportSkipReason } from '../../model/notes/imports.ts';
import { type JsonFormat, jsonFormat } from '../reading/json-reader.ts';
import type { BenchmarkRun } from './benchmark-run.ts';

/** Collects the runs of one file of results. */
export interface RunCollector {
  /** Takes a record; else why it cannot be used. */
  take(document: JsonObject): ImportSkipReason | null;
  runs(): readonly BenchmarkRun[];
}

/** A format of results, whose readers give runs and no requests. */
export function resultFormat(
  owns: (document: JsonObject) => boolean,
  open: () => RunCollector,
  maxBytes?: number,
): JsonFormat {
  return {
    ...jsonFormat(owns, () => () => []),
    reader(head, ofAnother) {
      const collector = open();
      const take = () => (record: { readonly document: JsonObject }) =>
        owns(record.document) ? (collector.take(record.document) ?? []) : 'noRequest';
      return { ...jsonFormat(owns, take, maxBytes).reader(head, ofAnother), runs: collector.runs };
    },
  };
}
