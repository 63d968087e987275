import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Who may ask, and by which name. */
export interface GuardPolicy {
  /** What is listened on. */
  readonly host: string;
  /** Of this machine. */
  readonly hostname: string;
  /** Asked of everybody; null on the loopback interface. */
  readonly token: string | null;
}

/** What of a request decides whether it is answered. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type Admission =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse'; readonly status: 400 | 401 | 403 | 405 | 414 | 421; readonly why: string }
  /** The token came in the address: it becomes a cookie, and the address is asked for again without it. */
  | { readonly kind: 'welcome'; readonly location: string; readonly cookie: string };

/** An address is a path and a query of filters. */
const LONGEST_URL = 8_192;
const COOKIE = 'reprise-token';

/**
 * Decides whether a request is answered. Pages of other origins must not read tapes: they may have their own name lead here
 * (DNS rebinding: the name in Host tells), or ask from where they are (Origin and Sec-Fetch-Site tell).
 */
export function admit({ method, url, headers }: Asked, policy: GuardPolicy): Admission {
  const header = (name: string): string | null => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
  if (method !== 'GET' && method !== 'HEAD')
    return refuse(405, 'only GET and HEAD are answered: nothing here changes');
  if (url.length > LONGEST_URL) return refuse(414, `the address is longer than ${LONGEST_URL} characters`);
  if (!url.startsWith('/') || url.startsWith('//')) return refuse(400, 'the address is not a path');
  const host = header('host') ?? '';
  if (!isOurs(host, policy)) return refuse(421, 'use an address of this machine');
  const origin = header('origin');
  if (origin !== null && URL.parse(origin)?.host !== host)
    return refuse(403, 'another origin may not read this');
  // A link on another page may lead here; nothing but a navigation may.
  const site = header('sec-fetch-site');
  const navigates = header('sec-fetch-mode') === 'navigate' && header('sec-fetch-dest') === 'document';
  if ((site === 'cross-site' || site === 'same-site') && !navigates) {
    return refuse(403, 'another site may not read this');
  }
  return policy.token === null ? { kind: 'pass' } : admitToken(url, header, policy.token);
}

function admitToken(url: string, header: (name: string) => string | null, token: string): Admission {
  const asked = new URL(url, 'http://localhost');
  const given = asked.searchParams.get('token');
  if (given !== null) {
    if (!isSame(given, token)) return refuse(401, 'the token is wrong');
    asked.searchParams.delete('token');
    const cookie = `${COOKIE}=${encodeURIComponent(token)}; HttpOnly; SameSite=Strict; Path=/`;
    // Two slashes would be another machine's name.
    const path = asked.pathname.replace(/^\/+/, '/');
    return { kind: 'welcome', location: `${path}${asked.search}`, cookie };
  }
  const bearer = /^Bearer (.+)$/i.exec(header('authorization') ?? '')?.[1] ?? null;
  const cookies = (header('cookie') ?? '').split(/;\s*/);
  const kept = cookies.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? null;
  const matches = [bearer, kept === null ? null : decoded(kept)].some(
    (one) => one !== null && isSame(one, token),
  );
  return matches
    ? { kind: 'pass' }
    : refuse(401, 'open the address with ?token=… that reprise serve printed');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** Takes as long for every text. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** Through a tunnel the port is another one, and the name is that of the loopback interface. */
function isOurs(sent: string, { host, hostname, token }: GuardPolicy): boolean {
  const name = sent
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  const known = ['localhost', '127.0.0.1', '::1', host.toLowerCase()];
  if (known.includes(name)) return true;
  // Elsewhere the token tells who may ask; a name that leads here by accident is refused all the same.
  return token !== null && (isIP(name) !== 0 || name === hostname.toLowerCase());
}

function refuse(status: Extract<Admission, { kind: 'refuse' }>['status'], why: string): Admission {
  return { kind: 'refuse', status, why };
}
