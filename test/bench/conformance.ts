/**
 * Compares the simulator with a live vLLM: the same requests to both, and their answers' shapes side by side (status,
 * headers in order, framing, events in order, fields in order).
 *
 *     VLLM_URL=http://127.0.0.1:8000 node test/bench/conformance.ts
 *     VLLM_URL=… node test/bench/conformance.ts --save test/fixtures/vllm-0.32.0/more
 *
 * With `--save FOLDER` the live server's raw answers are kept. Ends with 1 when a shape differs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { asArray, asObject, asString } from '../../src/model/json.ts';
import type { Dialect, ServerFlags } from '../../src/simulate/dialect.ts';
import { A40_14B } from '../../src/simulate/profiles/profiles.ts';
import { startSimulator } from '../../src/simulate/start-simulator.ts';
import { MORE_REQUESTS } from '../helpers/conformance-cases.ts';
import { httpCall } from '../helpers/http-call.ts';
import { type RawRequest, rawExchange } from '../helpers/raw-exchange.ts';
import { wireShape } from '../helpers/wire-shape.ts';

const { values } = parseArgs({ options: { save: { type: 'string' } } });
const address = process.env.VLLM_URL;
if (address === undefined) {
  process.stderr.write('give the address of a running vLLM: VLLM_URL=http://127.0.0.1:8000\n');
  process.exit(2);
}
const live = new URL(address);
const { dialect, model, maxModelLen, flags } = await look(live);
const profile = { ...A40_14B, maxModelLen };
const simulator = await startSimulator({
  host: '127.0.0.1',
  port: 0,
  profile,
  timeScale: 200,
  dialect,
  model,
  flags,
});
process.stdout.write(
  `${live.origin} serves ${model} in the dialect ${dialect}: ${JSON.stringify(flags)}\n\n`,
);

let different = 0;
for (const { name, request, tools } of MORE_REQUESTS) {
  if (tools === true && flags.toolCallParser !== true) {
    process.stdout.write(`skipped    ${name}: the server has no parser for calls of tools\n`);
    continue;
  }
  const asked = forModel(request);
  const theirs = await rawExchange(live, asked);
  const ours = await rawExchange(simulator.url, asked);
  if (values.save !== undefined) save(values.save, name, theirs);
  const [expected, actual] = [lines(theirs), lines(ours)];
  if (expected.join('\n') === actual.join('\n')) {
    process.stdout.write(`the same   ${name}\n`);
    continue;
  }
  different += 1;
  process.stdout.write(`DIFFERENT  ${name}\n`);
  for (const line of expected.filter((one) => !actual.includes(one)))
    process.stdout.write(`    vLLM ${line}\n`);
  for (const line of actual.filter((one) => !expected.includes(one)))
    process.stdout.write(`    ours ${line}\n`);
}
process.stdout.write(`\n${MORE_REQUESTS.length} requests, ${different} answers differ\n`);
await simulator.close();
process.exit(different === 0 ? 0 : 1);

/** What the server says of itself, and the flags that its answers show. */
async function look(url: URL): Promise<{
  readonly dialect: Dialect;
  readonly model: string;
  readonly maxModelLen: number;
  readonly flags: Partial<ServerFlags>;
}> {
  const ask = async (path: string): Promise<ReturnType<typeof asObject>> =>
    asObject(JSON.parse((await httpCall(new URL(path, url))).text));
  const version = await ask('/version');
  const rust = version?.rust_frontend_version !== undefined;
  const dialect = rust
    ? 'rust'
    : asString(version?.version)?.startsWith('0.8.') === true
      ? 'v0.8.5'
      : 'v0.32';
  const card = asObject(asArray((await ask('/v1/models'))?.data)[0]);
  const model = asString(card?.id) ?? '';
  const chat = new URL('/v1/chat/completions', url);
  const body = { model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 1 };
  const plain = await httpCall(chat, body);
  const answer = asObject(JSON.parse(plain.text));
  const usage = asObject(answer?.usage);
  const tool = { type: 'function', function: { name: 'a', parameters: {} } };
  const called = await httpCall(chat, { ...body, tools: [tool], tool_choice: 'required' });
  return {
    dialect,
    model,
    maxModelLen: Number(card?.max_model_len),
    flags: {
      promptTokensDetails: usage?.prompt_tokens_details !== null,
      perRequestMetrics: typeof answer?.metrics === 'object' && answer.metrics !== null,
      requestIdHeaders: plain.rawHeaders.includes('x-request-id'),
      toolCallParser: called.status === 200,
      reasoningParser:
        !rust &&
        typeof usage?.completion_tokens_details === 'object' &&
        usage.completion_tokens_details !== null,
    },
  };
}

/** The cases name the model of the recorded server. */
function forModel(request: RawRequest): RawRequest {
  const { body } = request;
  if (typeof body === 'string') return { ...request, body: body.replace('"tiny"', JSON.stringify(model)) };
  const named = asObject(body);
  return named?.model === 'tiny' ? { ...request, body: { ...named, model } } : request;
}

function lines(raw: Buffer): readonly string[] {
  const { status, headers, body } = wireShape(raw);
  // Whether the cache had something of a prompt hangs on the block's size, which is the server's own.
  const known = body.map((line) =>
    line.replace(/"prompt_tokens_details":\{"cached_tokens":"<number>"\}/, '"prompt_tokens_details":null'),
  );
  return [status, ...headers, ...(dialect === 'rust' ? known : body)];
}

function save(folder: string, name: string, raw: Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.http`), raw);
}
