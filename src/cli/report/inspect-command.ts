import { UserError } from '../../model/user-error.ts';
import type { Language } from '../../report/messages/languages.ts';
import { textPage } from '../../report/text-page.ts';
import { exchangePage, trafficPage } from '../../report/traffic-page.ts';
import { type TapeReader, withTape } from '../../store/tape-reader.ts';
import { defineCommand } from '../command.ts';
import { LANG_OPTION } from '../figure-options.ts';
import { count } from '../option-values.ts';
import { flag, value } from '../options.ts';
import { OUT_OPTIONS, openOutput } from '../output-file.ts';
import { toolVersion } from '../provenance.ts';
import { terminalWidth } from '../terminal/terminal.ts';
import { gatherTraffic, trafficJson } from './gather-traffic.ts';

/** `reprise inspect` */
export const command = defineCommand({
  description:
    'Summarizes a tape: recordings, requests over time, outcomes, lengths, conversations, latencies, runs.',
  arguments: [['<tape>', 'the tape']],
  options: {
    lang: LANG_OPTION,
    exchange: value(
      '--exchange <id>',
      'only the recorded request with this ID: how it went, token by token',
      count,
    ),
    json: flag('--json', 'print JSON'),
    ...OUT_OPTIONS,
  },
  examples: [
    'inspect recordings/demo.sqlite',
    'inspect recordings/demo.sqlite --exchange 7',
    'inspect recordings/demo.sqlite --json | jq .outcomes',
  ],
  prepare({ arguments: [path = ''], values: { lang, json, exchange: id, out, force } }) {
    if (json && id !== null) throw new UserError(`--exchange ${id} is shown as text: leave out --json`);
    return async () =>
      withTape(path, (tape) => {
        const put = openOutput({ out, force });
        if (id !== null) return put(exchangeText(tape, path, id, lang));
        const report = gatherTraffic(tape, path);
        return put(json ? trafficJson(report) : textPage(trafficPage(report, lang), terminalWidth()));
      });
  },
});

/** @throws UserError for an ID that no request of the tape has */
function exchangeText(tape: TapeReader, path: string, id: number, lang: Language): string {
  const exchange = tape.exchange(id);
  if (exchange === null) {
    throw new UserError(
      `there is no request ${id} on ${path}: report --traffic counts ${tape.exchangeCount()}`,
    );
  }
  const report = {
    tape: path,
    exchange,
    chunks: tape.exchangeChunkTimes(exchange),
    toolVersion: toolVersion(),
  };
  return textPage(exchangePage(report, lang), terminalWidth());
}
