import { cellName } from '../../model/run.ts';
import { createPlan } from '../../replay/plan/create-plan.ts';
import { openTape } from '../../store/tape-reader.ts';
import type { CommandResult } from '../command.ts';
import { say } from '../terminal/terminal.ts';
import { loadRequests } from './load-requests.ts';
import { planJsonLines, planRows, planText } from './plan-text.ts';
import { planSpec, replayCells } from './replay-cells.ts';
import type { ReplaySettings } from './replay-settings.ts';

/** Rows of a plan that are printed for each cell: most plans of a closed loop have no end. */
const DRY_RUN_ROWS = 1_000;

/** Prints what a replay would send when, and sends nothing. */
export async function dryRun(path: string, settings: ReplaySettings): Promise<CommandResult> {
  const reader = openTape(path);
  try {
    const { requests, conversations } = loadRequests(reader, path, settings.requests);
    const bounds = { durationUs: settings.send.durationUs, limit: DRY_RUN_ROWS };
    const pages: string[] = [];
    for (const { cell, load } of replayCells(settings.traffic, conversations)) {
      const rows = planRows(createPlan(planSpec(settings.send, load, conversations)), requests, bounds);
      pages.push(settings.json ? planJsonLines(rows) : `${cellName(cell)}\n${planText(rows)}`);
      if (rows.length === DRY_RUN_ROWS)
        say(`${cellName(cell)}: these are the first ${DRY_RUN_ROWS} requests`);
    }
    return { data: pages.join('') };
  } finally {
    reader.close();
  }
}
