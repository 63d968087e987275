import { LANGUAGES } from '../../report/messages/languages.ts';
import { textPage } from '../../report/text-page.ts';
import { trafficPage } from '../../report/traffic-page.ts';
import { openTape } from '../../store/tape-reader.ts';
import { defineCommand } from '../command.ts';
import { choice } from '../option-values.ts';
import { flag, value } from '../options.ts';
import { terminalWidth } from '../terminal/terminal.ts';
import { gatherTraffic, trafficJson } from './gather-traffic.ts';

/** `reprise inspect` */
export const command = defineCommand({
  description:
    'Summarizes a tape: recordings, requests over time, outcomes, lengths, conversations, latencies, runs.',
  arguments: [['<tape>', 'the tape']],
  options: {
    lang: value('--lang <language>', `output language: ${LANGUAGES.join(' or ')}`, choice(LANGUAGES), 'en'),
    json: flag('--json', 'print JSON'),
  },
  examples: ['inspect recordings/demo.sqlite', 'inspect recordings/demo.sqlite --json | jq .outcomes'],
  prepare({ arguments: [path = ''], values: { lang, json } }) {
    return async () => {
      const tape = openTape(path);
      try {
        const report = gatherTraffic(tape, path);
        return { data: json ? trafficJson(report) : textPage(trafficPage(report, lang), terminalWidth()) };
      } finally {
        tape.close();
      }
    };
  },
});
