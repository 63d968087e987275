import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { UserError } from '../model/user-error.ts';
import { type S3Place, s3Url } from './place.ts';

/** An object that is on its way. Nobody sees any of it before it is completed. */
export interface S3Upload {
  /** Sends the next part, `PART_BYTES` or more unless it is the last one. */
  send(part: Buffer): Promise<void>;
  complete(): Promise<void>;
  /** Forgets what was sent, in one try that nothing gives up. */
  abort(): Promise<void>;
}

/** How the store is reached; from the environment, as AWS's own tools do. */
interface Access {
  /** Null for AWS itself. */
  readonly endpoint: URL | null;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of a role. */
  readonly sessionToken?: string;
}

/** How often a request is tried when the network or the store fails, and the first wait, ms; each wait is twice the one before. */
const TRIES = 5;
const FIRST_PAUSE_MS = 250;

/** Without a byte for this time a request has failed, ms. */
const SILENCE_MS = 30_000;

/** A file above this size goes up in parts of it, or larger ones where they would be too many for S3, bytes. */
export const PART_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 9_000;

export interface S3Options {
  /** Aborts requests in progress. */
  readonly signal?: AbortSignal;
  /** Before a request is tried again for the first time, ms. */
  readonly firstPauseMs?: number;
  /** Called with the size of each body that is sent, repeated ones included, bytes. */
  readonly onSent?: (bytes: number) => void;
}

/** @throws UserError without credentials */
export function openS3(env: NodeJS.ProcessEnv, options: S3Options = {}): S3Store {
  return new S3Store(accessOf(env), options);
}

/** Any store that speaks S3. All errors are UserErrors that name the object. */
export class S3Store {
  readonly #access: Access;
  readonly #options: S3Options;

  constructor(access: Access, options: S3Options) {
    this.#access = access;
    this.#options = options;
  }

  /** Keys that begin with the place's. */
  async list({ bucket, key: prefix }: S3Place): Promise<readonly string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const asked = { 'list-type': '2', prefix, 'encoding-type': 'url' };
      const query = token === undefined ? asked : { ...asked, 'continuation-token': token };
      const { text: page } = await this.#succeed('GET', { bucket, key: '' }, { query });
      // Not every store encodes names as it is asked to.
      const isEncoded = tagged(page, 'EncodingType')[0] === 'url';
      const named = (key: string): string => (isEncoded ? decodeURIComponent(key.replaceAll('+', ' ')) : key);
      keys.push(...tagged(page, 'Key').map(named));
      token = tagged(page, 'NextContinuationToken')[0];
    } while (token !== undefined);
    return keys;
  }

  /** Writes an object to a file. */
  async download(place: S3Place, file: string): Promise<void> {
    await this.#succeed('GET', place, { into: file });
  }

  /** A small object as text; null where there is none. */
  async read(place: S3Place): Promise<string | null> {
    const answer = await this.#call('GET', place);
    if (answer.status === 404) return null;
    if (answer.status < 300) return answer.text;
    throw failure(place, answer);
  }

  async write(place: S3Place, content: string): Promise<void> {
    await this.#succeed('PUT', place, { body: Buffer.from(content) });
  }

  async remove(place: S3Place): Promise<void> {
    await this.#succeed('DELETE', place);
  }

  /** Begins an object that comes in parts. */
  async begin(place: S3Place): Promise<S3Upload> {
    const begun = await this.#succeed('POST', place, { query: { uploads: '' } });
    const uploadId = tagged(begun.text, 'UploadId')[0] ?? '';
    const etags: string[] = [];
    return {
      send: async (body) => {
        const query = { partNumber: String(etags.length + 1), uploadId };
        const { headers } = await this.#succeed('PUT', place, { query, body });
        etags.push(String(headers.etag ?? ''));
      },
      complete: async () => {
        const parts = etags.map(
          (tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
        );
        const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
        const completed = await this.#succeed('POST', place, { query: { uploadId }, body });
        // S3 may answer 200 and fail only then.
        if (completed.text.includes('<Error>')) throw failure(place, completed);
      },
      abort: async () => {
        await once(this.#access, 'DELETE', place, { query: { uploadId } }, undefined);
      },
    };
  }

  /** Sends a file, a large one in parts, and gives the SHA-256 of its bytes, in hex. Memory does not grow with it. */
  async upload(path: string, place: S3Place): Promise<string> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > PART_BYTES) return await sendInParts(file, size, await this.begin(place));
      const body = await file.readFile();
      await this.#succeed('PUT', place, { body });
      return createHash('sha256').update(body).digest('hex');
    } finally {
      await file.close();
    }
  }

  async #succeed(method: string, place: S3Place, sent: Sent = {}): Promise<Answer> {
    const answer = await this.#call(method, place, sent);
    if (answer.status < 300) return answer;
    throw failure(place, answer);
  }

  async #call(method: string, place: S3Place, sent: Sent = {}): Promise<Answer> {
    const { signal, firstPauseMs = FIRST_PAUSE_MS, onSent } = this.#options;
    for (let left = TRIES - 1; ; left--) {
      onSent?.(sent.body?.length ?? 0);
      const answer = await once(this.#access, method, place, sent, signal).catch((error: Error) => error);
      if (answer instanceof UserError) throw answer;
      const failed = answer instanceof Error || answer.status >= 500 || answer.status === 429;
      if (!failed) return answer;
      signal?.throwIfAborted();
      if (left === 0) throw failure(place, answer);
      await sleep(firstPauseMs * 2 ** (TRIES - 1 - left), undefined, signal === undefined ? {} : { signal });
    }
  }
}

async function sendInParts(file: FileHandle, size: number, upload: S3Upload): Promise<string> {
  const bytes = Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS));
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(bytes);
  try {
    for (let at = 0; at < size; at += bytes) {
      const { bytesRead } = await file.read(buffer, 0, bytes, at);
      const body = buffer.subarray(0, bytesRead);
      hash.update(body);
      await upload.send(body);
    }
    await upload.complete();
  } catch (error) {
    await upload.abort().catch(() => undefined);
    throw error;
  }
  return hash.digest('hex');
}

function accessOf(env: NodeJS.ProcessEnv): Access {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (!accessKeyId || !secretAccessKey) {
    throw new UserError('s3:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', {
      kind: 'usage',
      remedy:
        'set them, with AWS_SESSION_TOKEN for a role and AWS_ENDPOINT_URL_S3 for a store other than AWS',
    });
  }
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || null;
  const url = endpoint === null ? null : URL.parse(endpoint);
  if (endpoint !== null && !/^https?:$/.test(url?.protocol ?? '')) {
    throw new UserError(`AWS_ENDPOINT_URL_S3 ${endpoint} is not an address`, {
      kind: 'usage',
      remedy: 'write it as https://HOST:PORT',
    });
  }
  const { AWS_SESSION_TOKEN: sessionToken } = env;
  return {
    endpoint: url,
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
  };
}

interface Sent {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** A file that a good answer's body goes to. */
  readonly into?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Empty where it went to a file. */
  readonly text: string;
}

/** S3 keeps more letters of a name from being encoded than URLs do. */
const encoded = (name: string): string =>
  encodeURIComponent(name).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function urlOf({ endpoint, region }: Access, { bucket, key }: S3Place, query: Sent['query'] = {}): URL {
  const path = key.split('/').map(encoded).join('/');
  const aws = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  // A store of one's own has its buckets in the path, AWS in the host, unless a dot in the name breaks its certificate.
  const base =
    endpoint !== null
      ? `${endpoint.href.replace(/\/$/, '')}/${bucket}`
      : bucket.includes('.')
        ? `https://${aws}/${bucket}`
        : `https://${bucket}.${aws}`;
  const url = new URL(`${base}/${path}`);
  url.search = Object.entries(query)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&');
  return url;
}

/** Sends one request. @throws Error (as a rejection) where the network fails, a UserError where the file cannot be written */
async function once(
  access: Access,
  method: string,
  place: S3Place,
  { query, body, into }: Sent,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const headers: Record<string, string> = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  if (body !== undefined) headers['content-md5'] = createHash('md5').update(body).digest('base64');
  const url = urlOf(access, place, query).href;
  const signed = await new AwsV4Signer({ ...access, method, url, headers, service: 's3' }).sign();
  const send = signed.url.protocol === 'https:' ? httpsRequest : httpRequest;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(signed.url, {
      method,
      headers: { ...Object.fromEntries(signed.headers), 'content-length': body?.length ?? 0 },
      timeout: SILENCE_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    request
      .on('response', resolve)
      .on('error', reject)
      .on('timeout', () => request.destroy(new Error(`no answer in ${SILENCE_MS / 1e3} s`)))
      .end(body);
  });
  const { statusCode: status = 0, headers: received } = response;
  if (into === undefined || status >= 300) return { status, headers: received, text: await text(response) };
  await pipeline(response, createWriteStream(into, { mode: 0o600 })).catch((error) => {
    throw fileFailure(error, into);
  });
  return { status, headers: received, text: '' };
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The texts of an XML document's elements of one name. */
function tagged(xml: string, name: string): readonly string[] {
  const texts = xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'));
  return Array.from(texts, ([, inner = '']) =>
    inner.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hex, entity) =>
      entity === undefined ? String.fromCodePoint(Number(decimal ?? `0x${hex}`)) : (ENTITIES[entity] ?? all),
    ),
  );
}

const CREDENTIALS = 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN';
const REGION = "set AWS_REGION to the bucket's region";

/** By the store's own code (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
const REMEDIES: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed: "set this machine's clock",
  RequestExpired: "set this machine's clock",
  ExpiredToken: 'get new credentials',
  InvalidAccessKeyId: CREDENTIALS,
  InvalidToken: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  PermanentRedirect: REGION,
  TemporaryRedirect: REGION,
  AuthorizationHeaderMalformed: REGION,
};

const REMEDY = 'check the bucket, the key, AWS_ENDPOINT_URL_S3, and what the credentials allow';

function failure(place: S3Place, why: Answer | Error): UserError {
  const { said, remedy } = why instanceof Error ? { said: networkWords(why), remedy: REMEDY } : refusal(why);
  return new UserError(`${s3Url(place)} cannot be used (${said})`, {
    kind: 'server',
    remedy,
    facts: { object: s3Url(place), said },
  });
}

/** An answer is only read: what was to be written is the file. */
function fileFailure(error: NodeJS.ErrnoException, path: string): Error {
  if (error.syscall !== 'open' && error.syscall !== 'write') return error;
  return new UserError(`${path} cannot be written (${error.message})`, {
    remedy: 'make room there, or name another folder in TMPDIR',
    cause: error,
  });
}

function networkWords({ message, code = '' }: NodeJS.ErrnoException): string {
  return message || code;
}

/** The store's own words, and what can be done about them. */
function refusal({ status, headers, text: said }: Answer): {
  readonly said: string;
  readonly remedy: string;
} {
  const [code = ''] = tagged(said, 'Code');
  const remedy = REMEDIES[code] ?? REMEDY;
  const region = headers['x-amz-bucket-region'] ?? tagged(said, 'Region')[0];
  return {
    said: `${status} ${code}`.trimEnd(),
    remedy: remedy === REGION && region !== undefined ? `${remedy}, ${region}` : remedy,
  };
}
