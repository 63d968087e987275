import { basicCredentials } from '../chat/headers.ts';

/** Why an export request was not accepted. */
export class CollectorError extends Error {
  /** The same request may be accepted later: what OTLP lets clients send again. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** A collector that takes longer is given up, ms. */
const TIMEOUT_MS = 10_000;

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const PASSING: readonly number[] = [429, 502, 503, 504];

/**
 * An OpenTelemetry collector that takes spans by OTLP over HTTP, in JSON.
 * @param base the collector's base URL; spans go to `/v1/traces` below it
 */
export function openCollector(base: URL) {
  const url = `${base.origin}${base.pathname.replace(/\/+$/, '')}/v1/traces`;
  const credentials = basicCredentials(base);
  const headers = {
    'content-type': 'application/json',
    ...(credentials === null ? {} : { authorization: credentials }),
  };
  return {
    /** Where spans go, without user and password. */
    url,
    /**
     * Sends one export request and gives how many of its spans were not accepted.
     * @throws CollectorError (as a rejection)
     */
    async send(body: object): Promise<number> {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const request = { method: 'POST', headers, body: JSON.stringify(body), signal };
      const { status, said } = await fetch(url, request)
        .then(async (answer) => ({ status: answer.status, said: await answer.text() }))
        .catch((error: Error) => {
          throw new CollectorError(whyOf(error), true);
        });
      if (status >= 200 && status < 300) return rejectedSpans(said);
      throw new CollectorError(`the collector answers ${status}`, PASSING.includes(status));
    },
  };
}

/** A collector may accept some spans only; 64-bit numbers are texts. */
function rejectedSpans(said: string): number {
  return Number(/"rejectedSpans"\s*:\s*"?(\d+)/.exec(said)?.[1] ?? 0);
}

function whyOf({ message, cause }: Error): string {
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
