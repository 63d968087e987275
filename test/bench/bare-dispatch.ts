import { Client } from 'undici';

/**
 * The least that a client over undici does, as a command of its own: `bare-dispatch.ts URL CONNECTIONS REQUESTS`. It
 * counts bytes and parses nothing: what is above its cost is ours, what is below it is undici's layers.
 */

const [url = '', connections = '', requests = ''] = process.argv.slice(2);
const body = JSON.stringify({
  model: 'known',
  messages: [{ role: 'user', content: 'Why is the sky blue? '.repeat(10) }],
  stream: true,
});
const { origin } = new URL(url);
let left = Number(requests);
let bytes = 0;

await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    const client = new Client(origin, { pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
    const warm = await client.request({ method: 'GET', path: '/v1/models' });
    await warm.body.dump();
    while (left-- > 0) {
      await new Promise<void>((resolve, reject) => {
        client.dispatch(
          {
            method: 'POST',
            path: '/v1/chat/completions',
            headers: { 'content-type': 'application/json' },
            body,
          },
          {
            onRequestStart: () => undefined,
            onResponseStart: () => undefined,
            onResponseData: (_controller, chunk) => {
              bytes += chunk.length;
            },
            onResponseEnd: () => resolve(),
            onResponseError: (_controller, error) => reject(error),
          },
        );
      });
    }
    await client.close();
  }),
);
process.stdout.write(`${bytes} bytes\n`);
