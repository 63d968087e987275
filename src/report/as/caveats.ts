import type { Caveats } from '../../measure/as/answer-events.ts';
import { cellName, type Run } from '../../model/run.ts';
import { safeText } from '../plain-text.ts';
import { whole } from '../quantities.ts';

/** The line above another tool's figures: whose definitions they are, and of what. */
export function definitionsOf(tool: string, { id, label, cell, target }: Run): string {
  return safeText(
    `Run ${id} (${label}, ${cellName(cell)}, ${target}) by the definitions of ${tool}, from the stored chunk times:`,
  );
}

/** What the tool's own run would have been without, one line each. */
export function caveatLines({ aborted, plain, countedTokens }: Caveats): readonly string[] {
  return [
    ...(aborted > 0
      ? [`${whole(aborted)} requests that were cut as recorded are left out: the tool knows no aborts.`]
      : []),
    ...(plain > 0
      ? [`${whole(plain)} answers in one piece are left out: the tool asks for streams only.`]
      : []),
    ...(countedTokens > 0
      ? [
          `${whole(countedTokens)} answers told no usage: their tokens are counted events, where the tool counts itself.`,
        ]
      : []),
  ].map((line) => `  ${line}`);
}
