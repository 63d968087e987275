import { createHash, randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { startLocalServer } from './local-server.ts';

/** An S3 server of one process: what a client needs of it, kept in memory. Signatures are looked for, not checked. */
export interface TestS3 {
  readonly env: Readonly<Record<string, string>>;
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** Called before each request; a number is answered as the status, null goes on. */
  fail: (request: { readonly method: string; readonly path: string }) => number | null;
  /** `METHOD path` of each request, in order. */
  readonly log: string[];
}

const KEYS_A_PAGE = 2;

export async function startTestS3(): Promise<TestS3> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer[]>();
  const log: string[] = [];
  const server = await startLocalServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://s3');
    const path = decodeURIComponent(url.pathname.slice(1));
    const { method = '' } = request;
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    log.push(`${method} ${path}`);
    const xml = (status: number, text: string): void =>
      void response.writeHead(status).end(`<?xml version="1.0"?>${text}`);
    const failed = s3.fail({ method, path });
    if (failed !== null) return xml(failed, `<Error><Code>Because${failed}</Code></Error>`);
    if (!/^AWS4-HMAC-SHA256 Credential=id\//.test(request.headers.authorization ?? ''))
      return xml(403, '<Error><Code>AccessDenied</Code></Error>');
    const md5 = request.headers['content-md5'];
    if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64'))
      return xml(400, '<Error><Code>BadDigest</Code></Error>');
    const uploadId = url.searchParams.get('uploadId') ?? '';
    const part = Number(url.searchParams.get('partNumber'));
    if (url.searchParams.get('list-type') === '2') {
      const prefix = `${path}${url.searchParams.get('prefix')}`;
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      const from = Number(url.searchParams.get('continuation-token') ?? 0);
      const page = keys.slice(from, from + KEYS_A_PAGE);
      const next = from + KEYS_A_PAGE;
      const token = next < keys.length ? `<NextContinuationToken>${next}</NextContinuationToken>` : '';
      const listed = page.map((key) => `<Key>${encodeURIComponent(key.slice(path.length))}</Key>`).join('');
      return xml(200, `<ListBucketResult>${listed}${token}</ListBucketResult>`);
    }
    if (method === 'POST' && url.searchParams.has('uploads')) {
      const id = randomUUID();
      uploads.set(id, []);
      return xml(200, `<R><UploadId>${id}</UploadId></R>`);
    }
    const parts = uploads.get(uploadId);
    if (method === 'PUT' && parts !== undefined) parts[part - 1] = body;
    else if (method === 'PUT') objects.set(path, body);
    else if (method === 'POST' && parts !== undefined) {
      objects.set(path, Buffer.concat(parts));
      uploads.delete(uploadId);
    } else if (method === 'DELETE') uploads.delete(uploadId);
    else if (method === 'GET') {
      const object = objects.get(path);
      if (object === undefined) return xml(404, '<Error><Code>NoSuchKey</Code></Error>');
      response.end(object);
      return;
    }
    response.writeHead(200, { etag: `"${part}"` }).end();
  });
  after(() => server.close());
  const s3: TestS3 = {
    objects,
    log,
    fail: () => null,
    env: {
      AWS_ENDPOINT_URL_S3: server.url.href,
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    },
  };
  return s3;
}
