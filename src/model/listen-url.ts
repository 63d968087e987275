/** The URL of a server that listens on `host`; an IPv6 address goes into brackets (RFC 3986, 3.2.2). */
export function listenUrl(protocol: 'http' | 'https', host: string, port: number): URL {
  return new URL(`${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`);
}
