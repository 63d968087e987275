import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { writePiece } from '../../src/record/write-piece.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { rawCall } from '../helpers/test-recorder.ts';

const CLOSE = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

/** The bytes on the wire, behind the head, when `write` writes these pieces. */
async function wire(
  pieces: readonly Buffer[],
  write: (response: ServerResponse, piece: Buffer) => boolean,
  headers: Record<string, string> = {},
): Promise<string> {
  const server = await startLocalServer((_request, response) => {
    response.writeHead(200, headers).flushHeaders();
    // As pieces come: each in a turn of its own, some together.
    void (async () => {
      for (const [i, piece] of pieces.entries()) {
        write(response, piece);
        if (i % 3 === 0) await new Promise(setImmediate);
      }
      response.end();
    })();
  });
  const text = await rawCall(server.url, CLOSE);
  await server.close();
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

test('on the wire it is what response.write makes, whatever the pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }),
      async (arrays) => {
        const pieces = arrays.map((array) => Buffer.from(array));
        const theirs = await wire(pieces, (response, piece) => response.write(piece));
        assert.equal(await wire(pieces, writePiece), theirs);
      },
    ),
    { numRuns: 30 },
  );
});

test('large pieces, and answers with a length, are left to response.write', async () => {
  const large = [Buffer.alloc(100_000, 'a'), Buffer.from('b'), Buffer.alloc(20_000, 'c'), Buffer.from('d')];
  assert.equal(await wire(large, writePiece), await wire(large, (response, piece) => response.write(piece)));
  const short = [Buffer.from('ab'), Buffer.from('c')];
  assert.equal(await wire(short, writePiece, { 'content-length': '3' }), 'abc');
});

test('a client that does not read is noticed: what waits grows to the mark and no further', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = await startLocalServer((_request, response) => {
    let waiting = 0;
    const piece = Buffer.alloc(1_000, 'x');
    for (let i = 0; i < 100_000 && writePiece(response, piece); i++) waiting = response.writableLength;
    resolve(waiting);
    response.destroy();
  });
  const socket = rawCall(server.url, CLOSE, () => true);
  assert.ok((await promise) < 1_000_000);
  await socket;
  await server.close();
});
