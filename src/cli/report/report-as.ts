import { aiperfFigures } from '../../measure/as/aiperf.ts';
import type { ToolFigures } from '../../measure/as/answer-events.ts';
import { guidellmFigures } from '../../measure/as/guidellm.ts';
import { vllmBenchFigures } from '../../measure/as/vllm-bench.ts';
import type { MeasuredResult } from '../../measure/summarize-run.ts';
import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { jsonText } from '../../report/json.ts';
import { toolText } from '../../report/tool-report.ts';
import type { AsTool } from './report-settings.ts';

interface Tool {
  /** The version whose definitions these are. */
  readonly name: string;
  readonly measure: (run: Run, results: Iterable<MeasuredResult>) => ToolFigures;
}

const TOOLS: Readonly<Record<AsTool, Tool>> = {
  'vllm-bench': { name: 'vllm bench serve 0.32', measure: vllmBenchFigures },
  aiperf: { name: 'aiperf 0.13', measure: (_run, results) => aiperfFigures(results) },
  guidellm: { name: 'guidellm 0.8', measure: (_run, results) => guidellmFigures(results) },
};

/**
 * Reports runs by another tool's definitions.
 * @throws UserError for a format that has no such report
 */
export function reportAs(
  tool: AsTool,
  format: string,
  runs: readonly Run[],
  resultsOf: (run: Run) => Iterable<MeasuredResult>,
): string {
  if (format !== 'text' && format !== 'json') {
    throw new UserError(`--as ${tool} with --format ${format}: give text or json`);
  }
  const { name, measure } = TOOLS[tool];
  const measured = runs.map((run) => ({ run, ...measure(run, resultsOf(run)) }));
  if (format === 'text')
    return measured.map(({ run, ...figures }) => toolText(name, run, figures)).join('\n');
  return jsonText({
    as: tool,
    definitions: name,
    runs: measured.map(({ run: { id, label, target, cell }, caveats, metrics }) => ({
      id,
      label,
      target,
      cell,
      caveats,
      metrics,
    })),
  });
}
