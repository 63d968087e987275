import { CHAT } from '../../chat/apis/chat.ts';
import { usualPath } from '../../chat/apis/table.ts';
import { defineCommand } from '../command.ts';
import { toolVersion } from '../provenance.ts';
import { WRK_OPTIONS, wrkSettings } from './wrk-settings.ts';

const URL = `http://127.0.0.1:8000${usualPath(CHAT)}`;

/** `reprise wrk` */
export const command = defineCommand({
  description:
    "Runs wrk's command line: the same options, the same Lua script, the same block of figures. Below the block are time " +
    'to first token, tokens per second, outcomes and findings; the requests and the results are kept on a tape, so that ' +
    'report, compare and ab work on them.',
  arguments: [
    ['[url]', 'the URL, with its path'],
    ['[args...]', 'words for the init() of the script, after --'],
  ],
  options: WRK_OPTIONS,
  examples: [
    `wrk -t10 -c20 -d60s --timeout 30s -s post.lua ${URL}`,
    `wrk -t2 -c100 -d30s --latency -s prompts.lua --label before -o recordings/wrk.sqlite ${URL} -- prompts.txt 64`,
    "wrk -c8 -d10s -H 'Authorization: Bearer x' http://127.0.0.1:8000/v1/models",
  ],
  prepare(input) {
    if (input.values.version) {
      return async () => ({ data: `reprise ${toolVersion()}, as wrk 4.2.0\n` });
    }
    const settings = wrkSettings(input);
    return async () => (await import('./run-wrk.ts')).runWrk(settings);
  },
});
