import { createServer, type Socket } from 'node:net';

/**
 * A server whose schedule is known exactly, as a process of its own: `node known-upstream.ts [ttftMs] [itlMs] [tokens]`.
 * Steps lie on one grid of `itlMs`; in each every stream that has waited `ttftMs` gets its next token, all at the same
 * instant, as a real batch does. It keeps its own stamps (the machine's monotonic clock): `GET /stamps` gives for each
 * answer the milliseconds from its request's arrival to writing its first token, and the gaps between its tokens,
 * and forgets them. What asks for no stream is answered at once. Nothing but sockets, so that it costs less than what it
 * measures; and whatever it does, it looks every few writes whether a request has come, so that its stamps are no later
 * than a fraction of a millisecond, also when 200 come at once or in the middle of a step.
 */

/** So many writes of a step follow each other before arrivals are looked for; some 20 µs each. */
const WRITES_AT_ONCE = 8;

const [ttftMs = 200, itlMs = 20, tokens = 50] = process.argv.slice(2).map(Number);

interface Stream {
  readonly socket: Socket;
  readonly arrivedMs: number;
  readonly id: string;
  sent: number;
  lastMs: number;
}

const streams = new Set<Stream>();
const current = new Map<Socket, Stream>();
let ttfts: number[] = [];
let gaps: number[] = [];
let count = 0;

const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const HEAD =
  'HTTP/1.1 200 OK\r\ndate: Wed, 25 Nov 2026 00:00:00 GMT\r\nserver: uvicorn\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n';
const WORDS = ' the sky is blue because small particles of air scatter short waves'.match(/ \w+/g) ?? [];

function event(id: string, choices: string, more = ''): string {
  return chunked(
    `data: {"id":"${id}","object":"chat.completion.chunk","created":1790000000,"model":"known","choices":[${choices}]${more}}\n\n`,
  );
}
const choice = (delta: string, finish: string): string =>
  `{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish},"token_ids":null}`;

function nextText(stream: Stream): string {
  const { id, sent } = stream;
  const role = sent === 0 ? event(id, choice('{"role":"assistant","content":""}', 'null')) : '';
  const last = sent + 1 === tokens;
  const word = WORDS[sent % WORDS.length];
  const content = event(id, choice(`{"content":"${word}"}`, last ? '"length"' : 'null'));
  if (!last) return role + content;
  const usage = `,"usage":{"prompt_tokens":10,"total_tokens":${10 + tokens},"completion_tokens":${tokens}}`;
  return `${role}${content}${event(id, '', usage)}${chunked('data: [DONE]\n\n')}0\r\n\r\n`;
}

/** What vLLM's clients ask of a prompt before they begin; here every word is a token. */
function tokenized(body: string): string {
  const { prompt = '', tokens = [] } = JSON.parse(body) as { prompt?: string; tokens?: readonly number[] };
  const words = prompt.split(/\s+/).filter(Boolean);
  const ids = words.map((_, i) => i);
  return JSON.stringify({
    count: ids.length,
    max_model_len: 2048,
    tokens: ids,
    prompt: tokens.map(() => 'sky').join(' '),
  });
}

/** An answer of a request that wants no stream: at once. */
const PLAIN = JSON.stringify({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'blue' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
});

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
let tick = Math.ceil(nowMs() / itlMs);

function step(): void {
  const dueMs = tick * itlMs;
  writeNext(
    [...streams].filter(({ arrivedMs }) => arrivedMs + ttftMs <= dueMs),
    0,
  );
}

function writeNext(due: readonly Stream[], from: number): void {
  const until = Math.min(due.length, from + WRITES_AT_ONCE);
  for (const stream of due.slice(from, until)) {
    if (!streams.has(stream)) continue;
    const atMs = nowMs();
    stream.socket.write(nextText(stream), 'latin1');
    if (stream.sent === 0) ttfts.push(atMs - stream.arrivedMs);
    else gaps.push(atMs - stream.lastMs);
    stream.lastMs = atMs;
    stream.sent += 1;
    if (stream.sent === tokens) streams.delete(stream);
  }
  if (until < due.length) {
    setImmediate(writeNext, due, until);
    return;
  }
  tick = Math.max(tick + 1, Math.ceil(nowMs() / itlMs));
  wait();
}

/** A timer up to the last millisecond, then the event loop is spun, so that sockets are served meanwhile. */
function wait(): void {
  const leftMs = tick * itlMs - nowMs();
  if (leftMs <= 0) step();
  else if (leftMs > 1.5) setTimeout(wait, Math.floor(leftMs - 1.2));
  else setImmediate(wait);
}

function answer(socket: Socket, head: string, body: string, arrivedMs: number): void {
  const [method, path = '/'] = head.split(' ', 2);
  // Python writes a space behind the colon.
  if (method === 'POST' && /"stream":\s*true/.test(body)) {
    socket.write(HEAD, 'latin1');
    const stream = {
      socket,
      arrivedMs,
      id: `chatcmpl-${(++count).toString(16).padStart(32, '0')}`,
      sent: 0,
      lastMs: 0,
    };
    streams.add(stream);
    current.set(socket, stream);
    return;
  }
  let text = '{"object":"list","data":[{"id":"known","object":"model"}]}';
  if (path.endsWith('tokenize')) text = tokenized(body);
  else if (method === 'POST') text = PLAIN;
  else if (path === '/stamps') {
    text = JSON.stringify({ ttfts, gaps });
    ttfts = [];
    gaps = [];
  }
  socket.write(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  );
}

const server = createServer({ noDelay: true }, (socket) => {
  let held = '';
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    const stream = current.get(socket);
    if (stream !== undefined) streams.delete(stream);
    current.delete(socket);
  });
  function take(piece: Buffer, atMs: number): void {
    held += piece.toString('latin1');
    for (;;) {
      const end = held.indexOf('\r\n\r\n');
      if (end === -1) return;
      const head = held.slice(0, end);
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (held.length < end + 4 + length) return;
      const body = held.slice(end + 4, end + 4 + length);
      held = held.slice(end + 4 + length);
      answer(socket, head, body, atMs);
    }
  }
  // Stamped first, all that have come, and only then read.
  socket.on('data', (piece) => setImmediate(take, piece, nowMs()));
});
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  process.stdout.write(
    `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}\n`,
  );
});
wait();
