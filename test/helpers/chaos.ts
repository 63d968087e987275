import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../src/model/random.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { httpCall } from './http-call.ts';
import { childrenOf } from './process-cpu.ts';
import { type RecorderCli, recorderCli } from './recorder-cli.ts';

/** Clients, a recorder and an upstream, and faults of the last two in random order. */
export interface ChaosPlan {
  readonly seed: number;
  readonly durationMs: number;
  readonly clients: number;
  /** An empty folder for the tapes. */
  readonly folder: string;
  readonly say?: (line: string) => void;
}

export interface ChaosFigures {
  /** Requests whose whole and right answer reached the client. */
  answered: number;
  /** Answers that broke off, or were a 502 of the recorder. */
  broken: number;
  /** Answers with a byte that the upstream has not sent. */
  wrong: number;
  /** Answered, and whole on a tape. */
  onTape: number;
  /** Answered, and on a tape as a row without its end, since the recorder was killed before it was written. */
  unfinished: number;
  /** Answered, and on no tape: each has to be counted. */
  missing: number;
  /** Records that the recorders counted as lost; of those that were killed, what their tapes say. */
  counted: number;
  recorders: number;
  /** From a fault of the tape until the recording went on with another, ms. */
  longestUnnoticedMs: number;
  /** How often each fault was done. */
  readonly faults: Record<string, number>;
  /** What should not be, one sentence each. */
  readonly violations: string[];
}

/** The longest that is waited until a tape that has gone is noticed and another begun: a second, but not on a busy machine, ms. */
const NOTICED_MS = 60_000;

/** Of the disk that is filled up, where the machine allows to mount one. */
const DISK_MB = 64;

/** The answer to request `n`, the same in each run. */
function answerOf(n: number): readonly string[] {
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id: `c${n}`, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const words = Array.from({ length: 3 + (n % 9) }, (_, i) => event({ content: `word ${n}.${i} ` }, null));
  return [...words, event({}, 'stop'), 'data: [DONE]\n\n'];
}

/** An upstream that comes and goes. */
async function flappingUpstream() {
  const server = createServer((call, response) => {
    const n = Number(new URL(call.url ?? '', 'http://x').searchParams.get('n'));
    call.resume().on('end', async () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of answerOf(n)) {
        response.write(event);
        await sleep(n % 5);
      }
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    async flap(downMs: number): Promise<void> {
      server.close();
      server.closeAllConnections();
      await sleep(downMs);
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A file system that can be filled; null where the machine does not allow to mount one. */
function smallDisk(folder: string): string | null {
  const path = join(folder, 'disk');
  mkdirSync(path);
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', path]);
  if (status !== 0) return null;
  process.on('exit', () => spawnSync('umount', ['-l', path]));
  return path;
}

/** Recorders one after the other whose tapes are read together: each but the first appended to the tape of the one before. */
interface Epoch {
  readonly folder: string;
  readonly path: string;
  /** When the answer to each request had ended. */
  readonly answered: Map<number, number>;
  /** Processes that write what a recorder that was killed has left. */
  readonly writers: number[];
  /** Its recorders: when each began, on the wall clock, and what it said to have lost; null of one that was killed. */
  readonly recorders: { readonly startedMs: number; said: number | null }[];
  /** What happened to it. */
  readonly story: string[];
  /** Its tape is no longer what was recorded. */
  isSpoilt: boolean;
}

/** Runs it; what was seen is checked after each recorder that is not appended to. */
export async function chaos({ seed, durationMs, clients, folder, say }: ChaosPlan): Promise<ChaosFigures> {
  const random = createRandom(seed);
  const upstream = await flappingUpstream();
  const disk = smallDisk(folder);
  const root = disk ?? folder;
  const figures: ChaosFigures = {
    answered: 0,
    broken: 0,
    wrong: 0,
    onTape: 0,
    unfinished: 0,
    missing: 0,
    counted: 0,
    recorders: 0,
    longestUnnoticedMs: 0,
    faults: {},
    violations: [],
  };
  let epochs = 0;
  let startedAt = 0;
  let epoch = newEpoch();
  let cli = await start(false);
  let n = 0;
  let stopping = false;

  function newEpoch(): Epoch {
    const own = join(root, `epoch-${++epochs}`);
    mkdirSync(own);
    return {
      folder: own,
      path: join(own, 'tape.sqlite'),
      answered: new Map(),
      writers: [],
      recorders: [],
      story: [],
      isSpoilt: false,
    };
  }

  async function start(append: boolean): Promise<RecorderCli> {
    figures.recorders += 1;
    startedAt = performance.now();
    epoch.recorders.push({ startedMs: Date.now(), said: null });
    epoch.story.push(append ? 'append' : 'new');
    const more = ['--admin', '127.0.0.1:0', '--drain', '2s', ...(append ? ['--append'] : [])];
    return recorderCli(upstream.url, epoch.path, ...more);
  }

  /** Clients of the recorder that there is; one whose recorder has gone comes back. */
  async function client(): Promise<void> {
    let agent = new Agent({ keepAlive: true });
    while (!stopping) {
      const { answered } = epoch;
      const number = ++n;
      const { status, text, isWhole } = await ask(
        new URL(`/v1/chat/completions?n=${number}`, cli.url),
        agent,
      );
      const right = answerOf(number).join('');
      if (status === 200 && isWhole && text === right) {
        figures.answered += 1;
        answered.set(number, performance.now());
        continue;
      }
      if (status === 200 && !right.startsWith(text)) {
        figures.wrong += 1;
        figures.violations.push(`request ${number} was answered ${JSON.stringify(text.slice(0, 200))}`);
      }
      if (status === 200 && isWhole) figures.violations.push(`request ${number}: a cut answer looked whole`);
      if (![0, 200, 502].includes(status)) figures.violations.push(`request ${number}: status ${status}`);
      figures.broken += 1;
      agent.destroy();
      agent = new Agent({ keepAlive: true });
      await sleep(20);
    }
    agent.destroy();
  }

  /** Goes on with another recorder, on the same tape or on a new one. */
  async function next(): Promise<void> {
    const append = !epoch.isSpoilt && random.uniform(0, 1) < 0.4;
    const before = epoch;
    if (!append) epoch = newEpoch();
    cli = await start(append);
    if (!append) await check(before);
  }

  /** Ends the recorder in order, and compares what it says at the end. */
  async function end(signal: NodeJS.Signals): Promise<void> {
    cli.recorder.child.stderr?.resume();
    cli.recorder.child.kill(signal);
    const { code, stderr } = await cli.recorder.ended;
    const lost = [...(/is not complete: (.*)$/m.exec(stderr)?.[1] ?? '').matchAll(/([\d,]+) records?/g)];
    const counted = lost.reduce((sum, [, count]) => sum + Number(count?.replaceAll(',', '')), 0);
    const [ended] = epoch.recorders.slice(-1);
    if (ended !== undefined) ended.said = counted;
    if (code !== (counted > 0 ? 4 : 0) && !/could not be closed/.test(stderr))
      figures.violations.push(`${signal}: code ${code}, ${counted} lost: ${stderr.slice(-300)}`);
  }

  /**
   * Waits until the recording goes on behind the tape that it had: what was lost on that one is said by the next, and a recorder
   * that is killed before has no place to say it.
   */
  async function noticed(before: string): Promise<void> {
    const from = performance.now();
    const isReady = async (): Promise<boolean> => {
      if (tapeNumber(newestTape(epoch.folder)) <= tapeNumber(before)) return false;
      const admin = await cli.recorder.says(/counts are at (\S+)\/metrics/);
      return (await httpCall(new URL('/readyz', admin))).status === 200;
    };
    while (!(await isReady()) && performance.now() - from < NOTICED_MS) await sleep(20);
    figures.longestUnnoticedMs = Math.max(figures.longestUnnoticedMs, performance.now() - from);
  }

  const FAULTS: Readonly<Record<string, () => Promise<void>>> = {
    async kill() {
      epoch.writers.push(...childrenOf(cli.recorder.child.pid ?? 0));
      cli.recorder.child.kill('SIGKILL');
      await cli.recorder.ended;
      await next();
    },
    async 'kill of what writes the tape'() {
      epoch.isSpoilt = true;
      const before = newestTape(epoch.folder);
      for (const pid of childrenOf(cli.recorder.child.pid ?? 0)) process.kill(pid, 'SIGKILL');
      await noticed(before);
    },
    async 'stop in order'() {
      await end((['SIGINT', 'SIGTERM', 'SIGHUP'] as const)[Math.floor(random.uniform(0, 3))] ?? 'SIGINT');
      await next();
    },
    async 'flapping upstream'() {
      for (let i = 0; i < 3; i += 1) {
        await upstream.flap(random.uniform(20, 250));
        await sleep(random.uniform(20, 250));
      }
    },
    async 'stopped terminal'() {
      cli.recorder.child.stderr?.pause();
      await sleep(random.uniform(500, 2_000));
      cli.recorder.child.stderr?.resume();
    },
    async 'vanished tape'() {
      epoch.isSpoilt = true;
      const before = newestTape(epoch.folder);
      const moved = random.uniform(0, 1);
      epoch.story.push(moved < 0.3 ? 'renamed' : moved < 0.6 ? 'replaced' : 'removed');
      // What a recorder before this one wrote on it, nobody can count any more.
      if (moved >= 0.3) {
        for (const recorder of epoch.recorders.slice(0, -1)) recorder.said = 0;
        for (const [number, at] of epoch.answered) if (at < startedAt) epoch.answered.delete(number);
      }
      try {
        const path = newestTape(epoch.folder);
        if (moved < 0.3) renameSync(path, `${path}.moved.sqlite`);
        else if (moved < 0.6) {
          writeFileSync(`${path}.new`, 'another');
          renameSync(`${path}.new`, path);
        } else rmSync(path);
      } catch {
        // It went before, or the disk is full.
      }
      await noticed(before);
    },
    ...(disk === null
      ? {}
      : {
          async 'full disk'() {
            const { bsize, bavail } = statfsSync(disk);
            const ballast = join(disk, 'ballast');
            try {
              writeFileSync(ballast, Buffer.alloc(Math.max(0, (bavail - 4) * bsize)));
            } catch {
              // The recorder was faster.
            }
            await sleep(random.uniform(300, 2_000));
            rmSync(ballast, { force: true });
          },
        }),
  };

  /** Compares what clients were answered with what is on the tapes of an epoch, and removes them. */
  async function check({ folder: own, answered, writers, recorders, story }: Epoch): Promise<void> {
    while (writers.some((pid) => existsSync(`/proc/${pid}`))) await sleep(50);
    const whole = new Set<number>();
    const unfinished = new Set<number>();
    let counted = recorders.reduce((sum, { said }) => sum + (said ?? 0), 0);
    const tapes: string[] = [];
    for (const name of readdirSync(own).filter((file) => file.endsWith('.sqlite'))) {
      try {
        const tape = openTape(join(own, name));
        const captures = tape.captures();
        const interrupted = captures.filter(({ cleanClose }) => !cleanClose);
        for (const { captureId, path, outcome, responseBodyId } of tape.exchanges()) {
          const number = Number(new URL(path, 'http://x').searchParams.get('n'));
          const body = responseBodyId === null ? '' : Buffer.from(tape.body(responseBodyId) ?? []).toString();
          if (outcome === 'unfinished' && interrupted.some(({ id }) => id === captureId))
            unfinished.add(number);
          if (outcome !== 'ok') continue;
          if (body === answerOf(number).join('')) whole.add(number);
          else figures.violations.push(`${basename(own)}/${name}: request ${number} is ok with another body`);
        }
        for (const { startedAtMs, drops } of captures) {
          // One that ended in order has said it, together with what was on tapes that are gone.
          const { said = 0 } = recorders.findLast(({ startedMs }) => startedMs <= startedAtMs) ?? {};
          if (said === null) counted += Object.values(drops).reduce((sum, n) => sum + n, 0);
        }
        tapes.push(
          `${name}: ${captures.map(({ cleanClose, drops }) => JSON.stringify({ cleanClose, drops }))}`,
        );
        tape.close();
      } catch (error) {
        // What replaced a tape is none.
        if (!/is not a tape/.test((error as Error).message))
          figures.violations.push(`${(error as Error).message}: ${story.join(', ')}`);
      }
    }
    const numbers = [...answered.keys()];
    const missing = numbers.filter((number) => !whole.has(number) && !unfinished.has(number));
    figures.onTape += numbers.filter((number) => whole.has(number)).length;
    figures.unfinished += numbers.filter((number) => unfinished.has(number)).length;
    figures.missing += missing.length;
    figures.counted += counted;
    if (missing.length > counted) {
      figures.violations.push(
        `${basename(own)}: ${missing.length} answered requests are on no tape, ${counted} are counted as lost: ${missing.slice(0, 10).join(', ')}; ${story.join(', ')}; ${JSON.stringify(recorders)}; ${tapes.join('; ')}`,
      );
    }
    rmSync(own, { recursive: true });
  }

  const running = Array.from({ length: clients }, client);
  const names = Object.keys(FAULTS);
  let told = 0;
  for (const until = performance.now() + durationMs; performance.now() < until; ) {
    await sleep(random.uniform(100, 1_500));
    const name = names[Math.floor(random.uniform(0, names.length))] ?? '';
    say?.(`${name}; ${figures.answered} answered, ${figures.violations.length} violations`);
    for (const violation of figures.violations.slice(told)) say?.(violation);
    told = figures.violations.length;
    figures.faults[name] = (figures.faults[name] ?? 0) + 1;
    epoch.story.push(name);
    await FAULTS[name]?.();
  }
  stopping = true;
  await Promise.all(running);
  await end('SIGINT');
  await check(epoch);
  upstream.close();
  if (disk !== null) spawnSync('umount', [disk]);
  return figures;
}

/** The tape that is written: the one before it is nobody's concern any more, and its journal lies beside it. */
function newestTape(folder: string): string {
  const tapes = readdirSync(folder).filter((name) => /^tape(?:-\d+)?\.sqlite$/.test(name));
  return join(folder, tapes.sort((a, b) => tapeNumber(b) - tapeNumber(a))[0] ?? 'tape.sqlite');
}

function tapeNumber(path: string): number {
  return Number(/-(\d+)\.sqlite$/.exec(path)?.[1] ?? 1);
}

const NOISE = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Some bytes that do not compress, so that a disk fills. */
function noise(n: number): string {
  const random = createRandom(n);
  return Array.from({ length: 1_500 }, () => NOISE[Math.floor(random.uniform(0, NOISE.length))]).join('');
}

/** One request; status 0 where nobody answered. */
function ask(url: URL, agent: Agent) {
  const content = noise(Number(url.searchParams.get('n')));
  return new Promise<{ status: number; text: string; isWhole: boolean }>((resolve) => {
    const call = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
    let text = '';
    let status = 0;
    call.on('error', () => resolve({ status, text, isWhole: false }));
    call.on('response', (answer: IncomingMessage) => {
      status = answer.statusCode ?? 0;
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      answer.on('error', () => undefined);
      answer.on('close', () => resolve({ status, text, isWhole: answer.complete }));
    });
    call.end(JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content }] }));
  });
}
