import { aiperfFigures } from '../../measure/as/aiperf.ts';
import { guidellmFigures } from '../../measure/as/guidellm.ts';
import { vllmBenchFigures } from '../../measure/as/vllm-bench.ts';
import type { MeasuredResult } from '../../measure/summarize-run.ts';
import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { AIPERF, aiperfDocument, aiperfText } from '../../report/as/aiperf.ts';
import { GUIDELLM, guidellmDocument, guidellmText } from '../../report/as/guidellm.ts';
import { VLLM_BENCH, vllmBenchDocument, vllmBenchText } from '../../report/as/vllm-bench.ts';
import { jsonText } from '../../report/json.ts';
import type { AsTool } from './report-settings.ts';

/** A run's figures under a tool's definitions, as that tool would print them and as it would save them. */
interface AsFigures {
  readonly text: string;
  readonly caveats: object;
  readonly metrics: object;
}

const TOOLS: Readonly<
  Record<AsTool, { readonly name: string; measure(run: Run, results: Iterable<MeasuredResult>): AsFigures }>
> = {
  'vllm-bench': {
    name: VLLM_BENCH,
    measure(run, results) {
      const figures = vllmBenchFigures(run, results);
      return { text: vllmBenchText(run, figures), ...savedAs(figures, vllmBenchDocument) };
    },
  },
  aiperf: {
    name: AIPERF,
    measure(run, results) {
      const figures = aiperfFigures(results);
      return { text: aiperfText(run, figures), ...savedAs(figures, aiperfDocument) };
    },
  },
  guidellm: {
    name: GUIDELLM,
    measure(run, results) {
      const figures = guidellmFigures(results);
      return { text: guidellmText(run, figures), ...savedAs(figures, guidellmDocument) };
    },
  },
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
  if (format === 'text') return measured.map(({ text }) => text).join('\n');
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

function savedAs<Figures extends { readonly caveats: object }>(
  figures: Figures,
  document: (figures: Figures) => object,
): Pick<AsFigures, 'caveats' | 'metrics'> {
  return { caveats: figures.caveats, metrics: document(figures) };
}
