import { type ComparisonObstacle, OBSTACLES } from '../../compare/comparison-note.ts';
import { comparisonMarkdown, comparisonText } from '../../report/comparison/comparison-text.ts';
import { comparisonPage } from '../../report/comparison/session-page.ts';
import { htmlPage } from '../../report/html/html-page.ts';
import { comparisonDocument, jsonText } from '../../report/json.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import type { ComparedLabels } from '../../report/runs-report.ts';
import { withTape } from '../../store/tape-reader.ts';
import { defineCommand } from '../command.ts';
import { choice, text } from '../option-values.ts';
import { flag, list, value } from '../options.ts';
import { openOutput } from '../output-file.ts';
import { toolVersion } from '../provenance.ts';
import { selectRuns } from '../report/gather-report.ts';
import { terminalWidth } from '../terminal/terminal.ts';
import { compareLabels, measureSides, refuseShared } from './compare-sides.ts';
import { COMPARISON_OUTPUT, exitOf } from './comparison-output.ts';
import { githubStep } from './github-step.ts';

/** `reprise compare` */
export const command = defineCommand({
  description:
    'Compares two sets of runs and says with a confidence interval whether AFTER is faster or slower than BEFORE. ' +
    'Exit code: 0 faster or equal, 1 usage error, 2 slower, 3 inconclusive, 4 not comparable.',
  arguments: [
    ['<tape>', 'the tape with the runs'],
    ['<before>', 'a label, or run IDs such as 1,2,3'],
    ['<after>', 'a label, or run IDs such as 4,5,6'],
  ],
  options: {
    sentinel: value('--sentinel <runs>', 'runs of BEFORE repeated after AFTER, to detect drift', text),
    accept: list(
      '--accept <check>',
      `report this failed check as a warning: ${OBSTACLES.join(', ')}`,
      choice(OBSTACLES),
    ),
    all: flag('--all', 'text: every metric of each load, not only the judged ones'),
    ...COMPARISON_OUTPUT,
  },
  examples: [
    'compare recordings/demo.sqlite before after',
    'compare recordings/demo.sqlite before after --format html --out compare.html',
    'compare recordings/demo.sqlite before after --sentinel before-again',
    'compare recordings/demo.sqlite 1,2,3 4,5,6 --json | jq -r .sentence',
    'compare results.sqlite before after --format github',
  ],
  prepare({ arguments: [path = '', before = '', after = ''], values }) {
    const { sentinel, accept, lang, all } = values;
    const format = values.json ? 'json' : values.format;
    return async () => {
      const put = openOutput(values);
      const compared = await compareOnTape(path, { before, after, sentinel, accept });
      const render = {
        text: () => comparisonText(compared, lang, { all, width: terminalWidth() }),
        markdown: () => comparisonMarkdown(compared, lang),
        html: () => htmlPage(comparisonPage(compared, toolVersion(), lang)),
        json: () => jsonText(comparisonDocument(compared.comparison)),
        github() {
          const { comparison } = compared;
          const messages = messagesOf(lang);
          const sentence = messages.conclusion(comparison.conclusion);
          return githubStep(
            { comparison, sentence, text: comparisonText(compared, lang) },
            () => comparisonMarkdown(compared, lang),
            messages,
          );
        },
      }[format];
      return { ...put(render()), exitCode: exitOf(compared.comparison.verdict) };
    };
  },
});

interface Compared {
  readonly before: string;
  readonly after: string;
  readonly sentinel: string | null;
  readonly accept: readonly ComparisonObstacle['kind'][];
}

function compareOnTape(path: string, { before, after, sentinel, accept }: Compared): Promise<ComparedLabels> {
  return withTape(path, async (tape) => {
    const runs = tape.runs();
    const sides = {
      before: { name: before, runs: selectRuns(runs, before) },
      after: { name: after, runs: selectRuns(runs, after) },
      repeated: { name: `--sentinel ${sentinel}`, runs: sentinel === null ? [] : selectRuns(runs, sentinel) },
      accept,
    };
    refuseShared([sides.before, sides.after, sides.repeated]);
    return compareLabels(tape, { ...sides, together: await measureSides(tape, path, sides) });
  });
}
