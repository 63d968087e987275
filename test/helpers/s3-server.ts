import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { after } from 'node:test';
import { startLocalServer } from './local-server.ts';

/** An S3 server of one process: what a client needs of it, kept in memory. It verifies signatures, digests and parts as S3 does. */
export interface TestS3 {
  readonly env: Readonly<Record<string, string>>;
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** Parts of objects that are not completed, by upload. */
  readonly uploads: ReadonlyMap<string, readonly Buffer[]>;
  /** Called before each request; a number is answered as the status, null goes on. */
  fail: (request: { readonly method: string; readonly path: string }) => number | null;
  /** Whether lists have names encoded as URLs, as they are asked to. */
  encodesNames: boolean;
  /** `METHOD path` of each request, in order. */
  readonly log: string[];
  /** A test's server is closed when the test file's tests are over. */
  close(): Promise<void>;
}

const KEYS_A_PAGE = 2;

/** Of S3's parts, but the last of an object. */
const LEAST_PART_BYTES = 5 * 1024 * 1024;

const SECRET = 'secret';
const REGION = 'us-east-1';

/** A clock may be off by so much, ms. */
const MOST_SKEW_MS = 15 * 60_000;

const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * What S3 answers to a request that is not signed as it asks (Signature Version 4,
 * docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html); null for one that is.
 */
function refusal({ method = '', url = '', headers }: IncomingMessage): readonly [number, string] | null {
  const error = (status: number, code: string, more = '') =>
    [status, `<Error><Code>${code}</Code>${more}</Error>`] as const;
  const signed =
    /^AWS4-HMAC-SHA256 Credential=id\/(\d{8})\/([\w-]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=(\w{64})$/.exec(
      headers.authorization ?? '',
    );
  if (signed === null) return error(403, 'AccessDenied');
  const [, day = '', region = '', names = '', signature] = signed;
  if (region !== REGION) return error(400, 'AuthorizationHeaderMalformed', `<Region>${REGION}</Region>`);
  const date = String(headers['x-amz-date']);
  const atMs = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (!(Math.abs(Date.now() - atMs) < MOST_SKEW_MS)) return error(403, 'RequestTimeTooSkewed');
  if (headers['x-amz-security-token'] === 'old') return error(400, 'ExpiredToken');
  const [path, query = ''] = url.split('?');
  const canonical = [
    method,
    path,
    query.split('&').sort().join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = [day, region, 's3', 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256Of(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${SECRET}`);
  return hmac(key, text).toString('hex') === signature ? null : error(403, 'SignatureDoesNotMatch');
}

const inXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&#39;');

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
    const refused = refusal(request);
    if (refused !== null) return xml(...refused);
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
      const named = s3.encodesNames ? encodeURIComponent : inXml;
      const listed = page.map((key) => `<Key>${named(key.slice(path.length))}</Key>`).join('');
      const encoding = s3.encodesNames ? '<EncodingType>url</EncodingType>' : '';
      return xml(200, `<ListBucketResult>${encoding}${listed}${token}</ListBucketResult>`);
    }
    if (method === 'POST' && url.searchParams.has('uploads')) {
      const id = randomUUID();
      uploads.set(id, []);
      return xml(200, `<R><UploadId>${id}</UploadId></R>`);
    }
    const parts = uploads.get(uploadId);
    if (method === 'PUT' && parts !== undefined) {
      parts[part - 1] = body;
      response.setHeader('etag', `"${md5Of(body)}"`);
    } else if (method === 'PUT') objects.set(path, body);
    else if (method === 'POST' && parts !== undefined) {
      const named = [...String(body).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"?(\w+)"?<\/ETag>/g)];
      const fits = parts.every((sent, i) => Number(named[i]?.[1]) === i + 1 && named[i]?.[2] === md5Of(sent));
      if (!fits || named.length !== parts.length) return xml(400, '<Error><Code>InvalidPart</Code></Error>');
      const small = parts.slice(0, -1).some((sent) => sent.length < LEAST_PART_BYTES);
      if (small) return xml(400, '<Error><Code>EntityTooSmall</Code></Error>');
      objects.set(path, Buffer.concat(parts));
      uploads.delete(uploadId);
    } else if (method === 'DELETE' && !uploads.delete(uploadId)) objects.delete(path);
    else if (method === 'GET') {
      const object = objects.get(path);
      if (object === undefined) return xml(404, '<Error><Code>NoSuchKey</Code></Error>');
      response.end(object);
      return;
    }
    response.writeHead(200).end();
  });
  after(() => server.close());
  const s3: TestS3 = {
    objects,
    uploads,
    log,
    fail: () => null,
    encodesNames: true,
    close: server.close,
    env: {
      AWS_ENDPOINT_URL_S3: server.url.href,
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: SECRET,
    },
  };
  return s3;
}
