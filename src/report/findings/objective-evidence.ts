import type { Cell } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';

/** A cell's goodput over its valid runs. */
export interface CellGoodput {
  readonly cell: Cell;
  /** Share of requests that met every limit; median over runs. */
  readonly share: number;
  /** Good requests per second; median over runs. */
  readonly goodPerSec: number;
  readonly runs: number;
  readonly requests: number;
}

/** The mean rate of arrivals of an open loop with what it gave, over the valid runs of its cells. */
export interface ArrivalLevel {
  readonly arrivalsPerSec: number;
  /** Medians over runs. */
  readonly requestsPerSec: number;
  /** Of response times, which count from the planned instant. */
  readonly meanMs: number;
  readonly runs: number;
  readonly requests: number;
}

/** What the rules about objectives and arrivals can find. */
export interface ObjectiveFacts {
  sloCell: {
    readonly slo: Slo;
    readonly wanted: number;
    readonly best: CellGoodput;
    readonly cells: readonly CellGoodput[];
  };
  sloNone: {
    readonly slo: Slo;
    readonly wanted: number;
    readonly nearest: CellGoodput;
    readonly cells: readonly CellGoodput[];
  };
  sloPoint: { readonly slo: Slo; readonly wanted: number; readonly best: CellGoodput };
  arrivals: { readonly from: ArrivalLevel; readonly to: ArrivalLevel };
}
