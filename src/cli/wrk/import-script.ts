import { existsSync } from 'node:fs';
import { apiOfBody, apiOfPath, usualPath } from '../../chat/apis/table.ts';
import { bodyText } from '../../chat/body.ts';
import type { TextRequest } from '../../formats/wrk/http-text.ts';
import { type ScriptThread, startScript } from '../../formats/wrk/script-thread.ts';
import { parseObject } from '../../model/json.ts';
import { UserError } from '../../model/user-error.ts';
import { visibleText } from '../../model/visible-text.ts';
import { jsonText } from '../../report/json.ts';
import { counted } from '../../report/messages/catalogue.ts';
import { importSkipText } from '../../report/messages/notes/import-notes.ts';
import { scriptNoteText } from '../../report/messages/notes/script-notes.ts';
import type { CommandResult } from '../command.ts';
import type { ImportSettings } from '../import/import-settings.ts';
import { say } from '../terminal/terminal.ts';
import { writeRequests } from './script-tape.ts';
import { readScript, scriptUrl } from './wrk-settings.ts';

/** Requests that are taken of a script that would give them without end, unless `--limit` says how many. */
const USUAL_LIMIT = 1_000;

/** What a script's response() sees, since there is no server. */
const ANSWER = Buffer.from(
  '{"id":"x","object":"chat.completion","token":"x","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}',
);

/**
 * Makes a tape of what one thread of wrk would send by a script, until its requests repeat.
 * @throws UserError (as a rejection) for a script that fails or sends no request to an API, and for a tape that cannot be written
 */
export async function importScript(settings: ImportSettings): Promise<CommandResult> {
  const { files, out, append, json, model } = settings;
  const [file = '', ...args] = files;
  if (!append && existsSync(out)) {
    throw new UserError(`${out} exists already: choose another --out, or add to it with --append`);
  }
  const script = startScript(file, {
    printed: (_stream, text) => void process.stderr.write(visibleText(Buffer.from(text).toString('utf8'))),
    exited: () => undefined,
    wrote: (path) => say(scriptNoteText({ kind: 'writesInMemory', file, path }, 'en')),
  });
  try {
    const { requests, isCut } = await requestsOf(script, file, args, settings.limit ?? USUAL_LIMIT);
    const all = requests.map(withPath);
    const isUsable = ({ method, path }: TextRequest): boolean =>
      method === 'POST' && apiOfPath(path) !== null;
    const usable = all.filter(isUsable);
    if (usable.length === 0) {
      throw new UserError(`${file} sends no POST to a path of an API: no tape is written`);
    }
    writeRequests(out, `${file} (wrk)`, usable, model);
    const line = 1 + all.findIndex((request) => !isUsable(request));
    const skips =
      line === 0 ? [] : [{ kind: 'unknownApi', records: all.length - usable.length, file, line } as const];
    const notes = isCut ? [{ kind: 'moreRequests', file } as const] : [];
    const told = { skips: withTexts(skips, importSkipText), notes: withTexts(notes, scriptNoteText) };
    for (const { text } of [...told.skips, ...told.notes]) say(text);
    say(`wrote ${counted(usable.length, 'request')} of ${file} (wrk) to ${out}`);
    const skipped = Object.fromEntries(skips.map(({ kind, records }) => [kind, records]));
    const document = { format: 'wrk', tape: out, exchanges: usable.length, runs: [], skipped, ...told };
    return json ? { data: jsonText(document) } : {};
  } finally {
    await script.close();
  }
}

function withTexts<N extends object>(notes: readonly N[], textOf: (note: N, language: 'en') => string) {
  return notes.map((note) => ({ ...note, text: textOf(note, 'en') }));
}

async function requestsOf(
  script: ScriptThread,
  file: string,
  args: readonly string[],
  limit: number,
): Promise<{ readonly requests: readonly TextRequest[]; readonly isCut: boolean }> {
  const { functions } = await script.open({
    script: readScript(file),
    url: scriptUrl('http://localhost/'),
    headers: [],
    args,
    threads: 1,
    environment: process.env,
    folder: process.cwd(),
  });
  const prepared = await script.prepare({ calls: limit, bytes: 1024 ** 3, ms: 30_000 });
  if (prepared !== null) {
    const batches = prepared.sequences[0] ?? [];
    const requests = batches.flat().flatMap((n) => prepared.requests[n] ?? []);
    return { requests: requests.slice(0, limit), isCut: prepared.isCut };
  }
  const requests: TextRequest[] = [];
  while (requests.length < limit) {
    const next = await script.next(0);
    if (next === null) return { requests, isCut: false };
    requests.push(...next.requests);
    if (functions.includes('response'))
      await script.response(0, 200, ['Content-Type', 'application/json'], ANSWER);
  }
  return { requests: requests.slice(0, limit), isCut: true };
}

/** A script that leaves the path to wrk's URL gets the one that its body belongs to. */
function withPath(request: TextRequest): TextRequest {
  if (request.path !== '/') return request;
  const document = parseObject(bodyText(request.body));
  const api = document === null ? null : apiOfBody(document);
  return api === null ? request : { ...request, path: usualPath(api) };
}
