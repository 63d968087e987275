import { Agent, type IncomingMessage, request } from 'node:http';

/** What a load of streams saw. */
export interface StreamLoad {
  /** From an event's writing at the upstream to its reading here, microseconds, first events apart. */
  readonly firstUs: number[];
  readonly laterUs: number[];
  failed: number;
}

export interface StreamPlan {
  readonly streams: number;
  readonly chunks: number;
  readonly everyMs: number;
  /** One stream after another on each connection, so often. */
  readonly waves: number;
  /** Every stream in a rhythm of its own instead of all in step. */
  readonly outOfStep?: boolean;
  /** Texts carry the time of their writing. */
  readonly stamps: boolean;
  /** Share of the streams whose client leaves half-way. */
  readonly aborts?: number;
}

/** What the upstream writes before an instant. */
const STAMP = '"@';

const BODY = JSON.stringify({
  model: 'bench',
  stream: true,
  messages: [{ role: 'user', content: 'Why is the sky blue? '.repeat(10) }],
});

/** Runs `streams` clients side by side. */
export async function streamLoad(url: URL, plan: StreamPlan): Promise<StreamLoad> {
  const load: StreamLoad = { firstUs: [], laterUs: [], failed: 0 };
  const agent = new Agent({ keepAlive: true, maxSockets: plan.streams });
  const stamps = plan.stamps ? '&stamps=1' : '';
  const target = (i: number): URL => {
    const phase = plan.outOfStep === true ? `&phase=${i % plan.everyMs}` : '';
    return new URL(`/v1/chat/completions?chunks=${plan.chunks}&every=${plan.everyMs}${stamps}${phase}`, url);
  };
  await Promise.all(
    Array.from({ length: plan.streams }, async (_, i) => {
      for (let wave = 0; wave < plan.waves; wave++) {
        const leaves = (i * 7919 + wave * 104_729) % 1_000 < (plan.aborts ?? 0) * 1_000;
        await one(target(i), agent, load, leaves ? plan.chunks / 2 : Number.POSITIVE_INFINITY);
      }
    }),
  );
  agent.destroy();
  return load;
}

function one(target: URL, agent: Agent, load: StreamLoad, leaveAfter: number): Promise<void> {
  return new Promise((resolve) => {
    const call = request(target, { method: 'POST', agent, headers: { 'content-type': 'application/json' } });
    const fail = (): void => {
      load.failed += 1;
      resolve();
    };
    call.on('error', fail);
    call.on('response', (answer: IncomingMessage) => {
      let seen = 0;
      let pieces = 0;
      answer.on('data', (piece: Buffer) => {
        const now = process.hrtime.bigint();
        for (let at = piece.indexOf(STAMP); at !== -1; at = piece.indexOf(STAMP, at + 1)) {
          const stamp = BigInt(piece.toString('latin1', at + STAMP.length, piece.indexOf(' ', at)));
          (seen === 0 ? load.firstUs : load.laterUs).push(Number(now - stamp) / 1e3);
          seen += 1;
        }
        pieces += 1;
        if (pieces >= leaveAfter) {
          call.off('error', fail);
          call.on('error', () => undefined);
          call.destroy();
          resolve();
        }
      });
      answer.on('end', resolve);
      answer.on('error', () => undefined);
    });
    call.end(BODY);
  });
}
