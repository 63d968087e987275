import { UserError } from './user-error.ts';

/** Why a server could not listen where it was told to, as a sentence for the user; other errors come back unchanged. */
export function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError(
        `port ${port} on ${host} is already in use: stop what listens there or choose another --listen`,
      );
    case 'EACCES':
      return new UserError(
        `port ${port} on ${host} may not be opened by this user: choose a --listen port above 1023`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new UserError(
        `${host} is not an address of this machine: choose another --listen, for example 127.0.0.1:${port}`,
      );
    default:
      return error;
  }
}
