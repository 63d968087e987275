import type { Arrivals, Cell, Load, SendSettings } from '../../model/run.ts';
import { connectionsAtStart, recordedRatePerSec } from '../../replay/plan/due-times.ts';
import type { PlanSpec, RecordedTurn } from '../../replay/plan/plan.ts';
import type { LoopSettings } from './loop-settings.ts';

/** A cell and what decides when its requests leave. */
export interface ReplayCell {
  readonly cell: Cell;
  readonly load: Load;
}

type Conversations = readonly (readonly RecordedTurn[])[];

/** The cells to run, once the tape is known: the recorded rate is that of the conversations which are replayed. */
export function replayCells(traffic: LoopSettings, conversations: Conversations): readonly ReplayCell[] {
  if (traffic.kind === 'closed') {
    const { semantics, cells } = traffic;
    return cells.map((cell) => ({ cell, load: { kind: 'closed', semantics } }));
  }
  const { shape, timeScale, maxInFlight } = traffic;
  const rates = traffic.ratesPerSec ?? [recordedRatePerSec(conversations) * timeScale];
  return rates.map((ratePerSec) => {
    const arrivals: Arrivals =
      shape.kind === 'recorded' ? { kind: 'recorded', timeScale } : { ...shape, ratePerSec };
    return {
      cell: { threads: 1, connections: connectionsAtStart(arrivals, conversations, maxInFlight), ratePerSec },
      load: { kind: 'open', arrivals, maxInFlight },
    };
  });
}

/** What the plan of a cell is made of. */
export function planSpec(send: SendSettings, load: Load, conversations: Conversations): PlanSpec {
  const { order, loop, requests, think, seed } = send;
  const arrivals = load.kind === 'open' ? load.arrivals : null;
  return { conversations, order, loop, requests, think, arrivals, seed };
}
