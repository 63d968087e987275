import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { HeadFilter } from '../../../src/chat/response-head.ts';
import { ResponseReader } from '../../../src/replay/engine/response-reader.ts';

/**
 * Our reader against Node's own parser: both get the same responses, mutated and cut at random, and must accept and refuse
 * the same and read the same status, headers and body. `REPRISE_FUZZ_RUNS=100000` tries more than the fixed ones.
 */

/** What a reader makes of bytes that end with the connection. */
type Verdict =
  | { readonly kind: 'refused'; readonly why: string }
  /** `cut`: the response was not whole when the connection ended. */
  | ({ readonly kind: 'whole' | 'cut' } & Read);

interface Read {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Differences that are meant, each with its reason. */
const ALLOWED: readonly {
  readonly reason: string;
  readonly is: (node: Verdict, ours: Verdict, text: string) => boolean;
}[] = [
  {
    reason:
      'a head, or trailers, are judged when they are whole: wrong ones without an end are cut off, not refused',
    is: (node, ours) => node.kind === 'refused' && ours.kind === 'cut',
  },
  {
    reason:
      'the text of chunk extensions is passed over without a look (RFC 9112, 7.1.1), blanks behind a size too',
    is: (node, ours) =>
      node.kind === 'refused' && ours.kind === 'whole' && /chunk extension|in chunk size/.test(node.why),
  },
  {
    reason:
      'a length beside chunks, and one length twice, are read as curl, Python and our recorder do (RFC 9112, 6.3)',
    is: (node, ours) =>
      node.kind === 'refused' &&
      ours.kind === 'whole' &&
      /can't be present|Duplicate Content-Length|already present/.test(node.why),
  },
  {
    reason: 'a tab behind `chunked` is blank space (RFC 9110, 5.6.3); to Node it is a part of the word',
    is: (_node, _ours, text) => /chunked\t/i.test(text),
  },
  {
    reason: 'a length of more than 15 digits is refused: numbers are not exact there',
    is: (_node, ours) => ours.kind === 'refused' && /^bad_length: \d{16}/.test(ours.why),
  },
  {
    reason: 'no other protocol was asked for, so what follows a 101 is no HTTP',
    is: (_node, ours) => ours.kind === 'refused' && ours.why === 'protocol_switched',
  },
  {
    reason: 'an informational response of HTTP/1.0 does not end the connection',
    is: (node, ours, text) =>
      node.kind === 'refused' && ours.kind === 'whole' && text.startsWith('HTTP/1.0 10'),
  },
];

/** Reads with Node's client, on a socket that gives the pieces one by one and ends. */
function readByNode(pieces: readonly Buffer[]): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const socket = new Duplex({ read: () => undefined, write: (_piece, _encoding, done) => done() });
  const call = request({ createConnection: () => socket as unknown as Socket, host: 'h' });
  let answer: IncomingMessage | null = null;
  let body = '';
  let over = false;
  function end(verdict: Verdict): void {
    over = true;
    resolve(verdict);
    socket.destroy();
  }
  function endWith(kind: 'whole' | 'cut'): void {
    if (answer === null) end({ kind: 'refused', why: 'no head' });
    else end({ kind, status: answer.statusCode ?? 0, headers: answer.rawHeaders, body });
  }
  call.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code?.startsWith('HPE_') === true) end({ kind: 'refused', why: error.message });
    else endWith('cut');
  });
  call.on('upgrade', () => end({ kind: 'refused', why: 'another protocol' }));
  call.on('response', (response) => {
    answer = response;
    response.setEncoding('latin1');
    response.on('data', (text: string) => {
      body += text;
    });
    response.on('end', () => endWith('whole'));
    // The reason, if it is the parser's, comes by the call.
    response.on('error', () => setImmediate(endWith, 'cut'));
  });
  call.end();
  async function feed(): Promise<void> {
    for (const piece of [...pieces, null]) {
      await new Promise(setImmediate);
      if (over) return;
      socket.push(piece);
    }
  }
  return feed().then(() => promise);
}

/** Reads with ours. @returns also how many bytes it took: what is behind a response is the connection's business */
function readByOurs(pieces: readonly Buffer[]): { readonly verdict: Verdict; readonly used: number } {
  let head: Omit<Read, 'body'> | null = null;
  let body = '';
  let ended = false;
  let used = 0;
  const reader = new ResponseReader({
    onHead: (status, headers) => {
      head = { status, headers };
    },
    onBody: (bytes, from, to) => {
      body += bytes.toString('latin1', from, to);
    },
    onEnd: () => {
      ended = true;
    },
  });
  try {
    for (const piece of pieces) if (!ended) used += reader.push(piece, piece.length, 0);
    if (!ended) reader.close(0);
  } catch (error) {
    return { verdict: { kind: 'refused', why: (error as Error).message }, used };
  }
  if (head === null) return { verdict: { kind: 'refused', why: 'no head' }, used };
  return { verdict: { kind: ended ? 'whole' : 'cut', ...(head as Omit<Read, 'body'>), body }, used };
}

const anyText = (maxLength: number) => fc.string({ minLength: 1, maxLength, unit: 'binary-ascii' });

const anyHeader = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          ...['Content-Type', 'x-a', 'date', 'X_b', 'Connection', 'connection', 'Trailer'],
          ...['Content-Length', 'Transfer-Encoding'],
        ),
        fc.constantFrom(':', ': ', ':\t'),
        fc.constantFrom(
          ...['a', 'a b', ' a ', '\ta\t', '', 'é', '"q;=,"', 'close', 'keep-alive'],
          ...[
            'chunked',
            'Chunked',
            'gzip, chunked',
            'chunked, gzip',
            'chunked;q=1',
            'chunked,',
            'xchunked',
            'gzip',
          ],
          ...['3', '0', '03', '3 ', '+3', '3, 3', '99999999999999999999'],
        ),
      )
      .map(([name, colon, value]) => `${name}${colon}${value}`),
  },
  { weight: 1, arbitrary: fc.constantFrom(' folded', 'a:\r\n b', '\tx: y', 'no colon') },
);

const anyChunk = fc
  .tuple(anyText(12), fc.constantFrom('', ';a', ';a=b', ';a="b"'), fc.boolean())
  .map(([text, extension, upper]) => {
    const size = text.length.toString(16);
    return `${upper ? size.toUpperCase() : size}${extension}\r\n${text}\r\n`;
  });

/** The header that frames a body, and the body. */
const anyBody = fc.oneof(
  anyText(20).map((text) => [`Content-Length: ${text.length}`, text] as const),
  fc
    .tuple(fc.array(anyChunk, { maxLength: 4 }), fc.constantFrom('', 'x-t: 1\r\n', 'a: b\r\nc: d\r\n'))
    .map(
      ([chunks, trailers]) =>
        ['Transfer-Encoding: chunked', `${chunks.join('')}0\r\n${trailers}\r\n`] as const,
    ),
  fc.string({ maxLength: 20, unit: 'binary-ascii' }).map((text) => [null, text] as const),
);

const anyResponse = fc
  .record({
    before: fc.constantFrom(
      ...['', '', '', '\r\n'],
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 E\r\nlink: x\r\n\r\n',
    ),
    statusLine: fc.constantFrom(
      ...['HTTP/1.1 200 OK', 'HTTP/1.1 200', 'HTTP/1.1 200 ', 'HTTP/1.0 200 OK', 'HTTP/1.1 500 a b é'],
      ...['HTTP/1.1 204 No Content', 'HTTP/1.1 304 Not Modified', 'HTTP/1.1 101 Switching Protocols'],
    ),
    first: fc.array(anyHeader, { maxLength: 3 }),
    body: anyBody,
    last: fc.array(anyHeader, { maxLength: 2 }),
  })
  .map(({ before, statusLine, first, body: [framing, text], last }) => {
    const lines = [statusLine, ...first, ...(framing === null ? [] : [framing]), ...last];
    return `${before}${lines.join('\r\n')}\r\n\r\n${text}`;
  });

/** Some bytes taken out at a place, others put there. */
const anyMutation = fc.record({
  at: fc.nat(400),
  out: fc.nat(3),
  put: fc.oneof(
    fc.constantFrom(
      '',
      '\r',
      '\n',
      '\r\n',
      ' ',
      '\t',
      ':',
      ',',
      ';',
      '0',
      'f',
      'G',
      '\0',
      '\x7f',
      '\xff',
      '"',
      '=',
    ),
    anyText(3),
  ),
});

const anyBytes = fc.tuple(anyResponse, fc.array(anyMutation, { maxLength: 2 })).map(([text, mutations]) =>
  mutations.reduce((mutated, { at, out, put }) => {
    const place = at % (mutated.length + 1);
    return mutated.slice(0, place) + put + mutated.slice(place + out);
  }, text),
);

/** Cuts bytes after each of the lengths. */
function cut(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    if (at < bytes.length) pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** Bytes as the recorder gives them to Node's parser. */
function asRecorded(bytes: Buffer): Buffer {
  const filter = new HeadFilter();
  filter.expect();
  return Buffer.concat([filter.push(bytes) ?? Buffer.alloc(0), filter.rest() ?? Buffer.alloc(0)]);
}

/** The recorder leaves out lengths beside chunks, and those that say the same twice. */
function withoutLengths(verdict: Verdict): Verdict {
  if (verdict.kind === 'refused') return verdict;
  const { headers } = verdict;
  const isLength = (i: number): boolean => headers[i - (i % 2)]?.toLowerCase() === 'content-length';
  return { ...verdict, headers: headers.filter((_text, i) => !isLength(i)) };
}

const RUNS = process.env.REPRISE_FUZZ_RUNS;

test("property: Node's own parser, or Node's behind the recorder's mending, accepts and refuses the same responses and reads the same in them", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyBytes,
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
      async (text, cuts) => {
        const bytes = Buffer.from(text, 'latin1');
        const { verdict: ours, used } = readByOurs(cut(bytes, cuts));
        const read = ours.kind === 'whole' ? bytes.subarray(0, used) : bytes;
        const node = await readByNode(cut(read, cuts));
        const same = (verdict: Verdict, wanted: Verdict = ours): boolean =>
          (ours.kind === 'refused' && verdict.kind === 'refused') ||
          ALLOWED.some(({ is }) => is(verdict, ours, text)) ||
          isDeepStrictEqual(wanted, verdict);
        if (same(node)) return;
        // What only Node's strict parser refuses is to be read as the recorder gives it to that parser.
        const mended = await readByNode(cut(asRecorded(read), cuts));
        if (node.kind === 'refused' && same(withoutLengths(mended), withoutLengths(ours))) return;
        assert.deepEqual(ours, node);
      },
    ),
    RUNS === undefined ? { numRuns: 3_000, seed: 32 } : { numRuns: Number(RUNS) },
  );
});
