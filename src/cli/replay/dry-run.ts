import { cellName } from '../../model/run.ts';
import { createPlan } from '../../replay/plan/create-plan.ts';
import { openTape } from '../../store/tape-reader.ts';
import { printData, say } from '../terminal/terminal.ts';
import { loadRequests } from './load-requests.ts';
import { planJsonLines, planRows, planText } from './plan-text.ts';
import { planSpec, replayCells } from './replay-cells.ts';
import type { ReplaySettings } from './replay-settings.ts';

/** Rows of a plan that are printed for each cell: most plans of a closed loop have no end. */
const DRY_RUN_ROWS = 1_000;

/** Prints what a replay would send when, and sends nothing. */
export async function dryRun(path: string, settings: ReplaySettings): Promise<void> {
  const reader = openTape(path);
  try {
    const { requests, conversations } = loadRequests(reader, path, settings);
    const bounds = { durationUs: settings.durationUs, limit: DRY_RUN_ROWS };
    for (const { cell, load } of replayCells(settings.traffic, conversations)) {
      const rows = planRows(createPlan(planSpec(settings, load, conversations)), requests, bounds);
      await printData(settings.json ? planJsonLines(rows) : `${cellName(cell)}\n${planText(rows)}`);
      if (rows.length === DRY_RUN_ROWS)
        say(`${cellName(cell)}: these are the first ${DRY_RUN_ROWS} requests`);
    }
  } finally {
    reader.close();
  }
}
