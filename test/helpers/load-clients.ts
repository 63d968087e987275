import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { oneRequestTape } from './one-request-tape.ts';
import { runPinned } from './pinned.ts';

/** Percentiles in milliseconds. */
export interface SeenLatencies {
  readonly ttftP50: number;
  readonly ttftP99: number;
  readonly itlP99: number;
}

/** A load generator that loads streams from a fixed number of connections. */
export interface LoadClient {
  readonly name: string;
  run(
    url: string,
    connections: number,
    requests: number,
  ): Promise<{ readonly cpuSeconds: number; readonly seen: SeenLatencies | null }>;
}

/** A load generator of small requests, for some seconds. */
export interface SmallClient {
  readonly name: string;
  run(
    url: string,
  ): Promise<{ readonly requests: number; readonly seconds: number; readonly cpuSeconds: number }>;
}

const CLIENT_CORE = 1;
const SECONDS = 5;

function leaveOut(name: string, why: string): void {
  process.stderr.write(`${name} is left out: ${why}\n`);
}

/** Ours, the bare loop over undici, and vLLM's own clients where the environment names them. */
export async function loadClients(entry: string, folder: string): Promise<readonly LoadClient[]> {
  const { VLLM, VLLM_RS, VLLM_TOKENIZER } = process.env;
  const clients = [reprise(entry, folder), bareDispatch()];
  for (const [name, program] of [
    ['vllm-rs bench serve', VLLM_RS],
    ['vllm bench serve', VLLM],
  ] as const) {
    if (program === undefined || VLLM_TOKENIZER === undefined) {
      const variable = name.startsWith('vllm-rs') ? 'VLLM_RS' : 'VLLM';
      leaveOut(
        name,
        `pip install vllm, and set ${variable} to its program and VLLM_TOKENIZER to a folder with a tokenizer`,
      );
    } else clients.push(vllmBench(name, program, VLLM_TOKENIZER, folder));
  }
  return clients;
}

function reprise(entry: string, folder: string): LoadClient {
  let runs = 0;
  return {
    name: 'reprise replay',
    async run(url, connections, requests) {
      const tape = join(folder, `events-${++runs}.sqlite`);
      oneRequestTape(tape, true);
      const args = ['--target', url, '--connections', String(connections), '--requests', String(requests)];
      const { cpuSeconds, stdout, stderr } = await runPinned(CLIENT_CORE, [
        process.execPath,
        entry,
        'replay',
        tape,
        ...args,
        '--lengths',
        'free',
        '--json',
      ]);
      const [run] = (JSON.parse(stdout || '{"runs":[]}') as { runs: RunSummary[] }).runs;
      if (run === undefined || run.errors > 0) throw new Error(stderr || stdout);
      const { ttftMs, itlMs } = run;
      const number = (value: number | null): number => value ?? Number.NaN;
      return {
        cpuSeconds,
        seen: { ttftP50: number(ttftMs.p50), ttftP99: number(ttftMs.p99), itlP99: number(itlMs.p99) },
      };
    },
  };
}

function bareDispatch(): LoadClient {
  const script = fileURLToPath(new URL('../bench/bare-dispatch.ts', import.meta.url));
  return {
    name: 'bare undici dispatch, bytes',
    async run(url, connections, requests) {
      const { cpuSeconds, code, stderr } = await runPinned(CLIENT_CORE, [
        process.execPath,
        script,
        url,
        String(connections),
        String(requests),
      ]);
      if (code !== 0) throw new Error(stderr);
      return { cpuSeconds, seen: null };
    },
  };
}

function vllmBench(name: string, program: string, tokenizer: string, folder: string): LoadClient {
  const fileName = `${name.replaceAll(' ', '-')}.json`;
  const file = join(folder, fileName);
  return {
    name,
    async run(url, connections, requests) {
      const options = {
        backend: 'openai-chat',
        'base-url': url,
        endpoint: '/v1/chat/completions',
        model: tokenizer,
        'served-model-name': 'known',
        tokenizer,
        'dataset-name': 'random',
        'random-input-len': '40',
        'random-output-len': '50',
        'num-prompts': String(requests),
        'max-concurrency': String(connections),
        'percentile-metrics': 'ttft,itl',
        'metric-percentiles': '50,99',
        'result-dir': folder,
        'result-filename': fileName,
      };
      const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
      const { cpuSeconds, code, stderr, stdout } = await runPinned(
        CLIENT_CORE,
        [program, 'bench', 'serve', ...args, '--ignore-eos', '--save-result', '--disable-tqdm'],
        { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' },
      );
      if (code !== 0 || !existsSync(file))
        throw new Error(`${name} failed: ${stderr.slice(-2_000)}${stdout.slice(-500)}`);
      const result = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
      // What fails costs next to nothing, and would be printed as a figure.
      if (result.completed !== requests)
        throw new Error(`${name} completed ${result.completed} of ${requests} requests`);
      const number = (key: string): number => result[key] ?? Number.NaN;
      return {
        cpuSeconds,
        seen: {
          ttftP50: number('median_ttft_ms'),
          ttftP99: number('p99_ttft_ms'),
          itlP99: number('p99_itl_ms'),
        },
      };
    },
  };
}

/** Ours, wrk and autocannon on small JSON requests. */
export async function smallClients(entry: string, folder: string): Promise<readonly SmallClient[]> {
  const clients: SmallClient[] = [smallReprise(entry, folder)];
  if (spawnSync('wrk', ['-v']).error === undefined) clients.push(smallWrk(folder));
  else leaveOut('wrk', 'apt-get install wrk');
  const { AUTOCANNON } = process.env;
  if (AUTOCANNON !== undefined) clients.push(smallAutocannon(AUTOCANNON));
  else
    leaveOut(
      'autocannon',
      'npm install --prefix /tmp/ac autocannon, and set AUTOCANNON=/tmp/ac/node_modules/autocannon/autocannon.js',
    );
  return clients;
}

const SMALL_BODY = JSON.stringify({
  model: 'known',
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
});

function smallReprise(entry: string, folder: string): SmallClient {
  let runs = 0;
  return {
    name: 'reprise replay',
    async run(url) {
      const tape = join(folder, `small-${++runs}.sqlite`);
      oneRequestTape(tape, false);
      const { cpuSeconds, stdout } = await runPinned(CLIENT_CORE, [
        process.execPath,
        entry,
        'replay',
        tape,
        '--target',
        url,
        '--connections',
        '100',
        '--duration',
        `${SECONDS}s`,
        '--lengths',
        'free',
        '--json',
      ]);
      const [run] = (JSON.parse(stdout) as { runs: RunSummary[] }).runs;
      return { requests: run?.requests ?? 0, seconds: (run?.durationMs ?? 0) / 1e3, cpuSeconds };
    },
  };
}

function smallWrk(folder: string): SmallClient {
  const script = join(folder, 'post.lua');
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.body = '${SMALL_BODY}'\nwrk.headers["content-type"] = "application/json"\n`,
  );
  return {
    name: 'wrk -t1',
    async run(url) {
      const args = ['-t1', '-c100', `-d${SECONDS}s`, '-s', script, `${url}/v1/chat/completions`];
      const { cpuSeconds, stdout } = await runPinned(CLIENT_CORE, ['wrk', ...args]);
      const [, requests] = /(\d+) requests in/.exec(stdout) ?? [];
      return { requests: Number(requests), seconds: SECONDS, cpuSeconds };
    },
  };
}

function smallAutocannon(program: string): SmallClient {
  return {
    name: 'autocannon',
    async run(url) {
      const args = [
        '-c',
        '100',
        '-d',
        String(SECONDS),
        '-m',
        'POST',
        '-b',
        SMALL_BODY,
        '-H',
        'content-type: application/json',
      ];
      const { cpuSeconds, stdout } = await runPinned(CLIENT_CORE, [
        process.execPath,
        program,
        ...args,
        '--json',
        `${url}/v1/chat/completions`,
      ]);
      const { requests, duration } = JSON.parse(stdout) as { requests: { total: number }; duration: number };
      return { requests: requests.total, seconds: duration, cpuSeconds };
    },
  };
}
