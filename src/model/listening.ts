import { UserError } from './user-error.ts';

/**
 * Why a server could not listen at the given address, as a sentence for the user that names the option; other errors
 * come back unchanged.
 */
export function listenFailure(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  option = '--listen',
): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError(
        `port ${port} on ${host} is already in use: stop what listens there or choose another ${option}`,
      );
    case 'EACCES':
      return new UserError(
        `port ${port} on ${host} may not be opened by this user: choose a ${option} port above 1023`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UserError(
        `${host} is not an address of this machine: choose another ${option}, for example 127.0.0.1:${port}`,
      );
    default:
      return error;
  }
}

/** The URL of a server that listens on `host`; an IPv6 address goes into brackets (RFC 3986, 3.2.2). */
export function listenUrl(protocol: 'http' | 'https', host: string, port: number): URL {
  return new URL(`${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`);
}
