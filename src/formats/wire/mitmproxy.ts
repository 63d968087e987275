import { HeldBytes } from '../../chat/held-bytes.ts';
import type { ImportSkipReason } from '../../model/notes/imports.ts';
import { verbatimRequest } from '../bodies/rebuilt-body.ts';
import { type Decoded, type ForeignAnswer, type Format, NO_ANSWER, type PlacedRecord } from '../format.ts';
import { MAX_RECORD_BYTES } from '../reading/byte-lines.ts';
import { unitsUs } from '../reading/instants.ts';
import { readTnet, type Tnet, tnetPlace } from './tnetstring.ts';
import { isApiRequest, sessionOf } from './wire-request.ts';

type TnetObject = { readonly [key: string]: Tnet };

/** The oldest version of flows that has today's members; older files are converted with mitmproxy itself. */
const OLDEST_VERSION = 10;

/** mitmproxy's flow files (`mitmdump -w`). */
export const MITMPROXY: Format = {
  fits: ({ bytes }) => /^\d{1,12}:/.test(Buffer.from(bytes.subarray(0, 13)).toString('latin1')),
  reader: () => {
    const store = new HeldBytes();
    let flows = 0;
    /** Bytes of a flow that is too long to be held. */
    let skipping = 0;
    /** After bytes that are no flow nothing can be found any more. */
    let isLost = false;

    function cut(): PlacedRecord[] {
      const placed: PlacedRecord[] = [];
      const give = (decoded: Decoded): void => {
        flows += 1;
        placed.push({ line: flows, decoded });
      };
      while (!isLost) {
        const { held } = store;
        const over = Math.min(skipping, held.length);
        skipping -= over;
        if (over > 0) {
          store.drop(over);
          continue;
        }
        const place = held.length === 0 ? null : tnetPlace(held, 0);
        if (place === null) break;
        if (place === undefined) {
          isLost = true;
          give('incomplete');
        } else if (place.end > MAX_RECORD_BYTES) {
          give('tooLong');
          skipping = place.end;
        } else if (place.end > held.length) break;
        else {
          give(flowOf(readTnet(held, place)));
          store.drop(place.end);
        }
      }
      return placed;
    }

    return {
      push(piece) {
        if (isLost) return [];
        store.append(piece);
        return cut();
      },
      end: () => (store.held.length > 0 && !isLost ? [{ line: flows + 1, decoded: 'incomplete' }] : []),
    };
  },
};

function objectOf(value: Tnet | undefined): TnetObject | null {
  const isObject =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
  return isObject ? (value as TnetObject) : null;
}

function textOf(value: Tnet | undefined): string | null {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('latin1') : null;
}

function flowOf(value: Tnet | undefined): Decoded {
  const flow = objectOf(value);
  if (flow === null) return 'malformed';
  const { version, type, request, response, error } = flow;
  if (typeof version !== 'number' || version < OLDEST_VERSION) return 'oldVersion';
  const asked = objectOf(request);
  if (type !== 'http' || asked === null) return 'unknownApi';
  const path = textOf(asked.path) ?? '';
  if (!isApiRequest(textOf(asked.method), path)) return 'unknownApi';
  const body = bodyOf(asked);
  if (typeof body === 'string') return body;
  const headers = headersOf(asked.headers);
  const arrivedUs = unitsUs(asked.timestamp_start, 1e6);
  if (arrivedUs === null) return 'malformed';
  const answer = answerOf(objectOf(response), objectOf(error), unitsUs(asked.timestamp_end, 1e6));
  return { arrivedUs, request: verbatimRequest(path, body, headers), session: sessionOf(headers), answer };
}

/** Bodies that were streamed through are not in the file. */
function bodyOf({ content }: TnetObject): Buffer | ImportSkipReason {
  return Buffer.isBuffer(content) && content.length > 0 ? content : 'noBody';
}

function headersOf(headers: Tnet | undefined): readonly string[] {
  return (Array.isArray(headers) ? headers : []).flatMap((pair: Tnet) => {
    const [name, value] = Array.isArray(pair) ? pair.map(textOf) : [];
    return name == null || value == null || name.startsWith(':') ? [] : [name, value];
  });
}

function answerOf(
  response: TnetObject | null,
  error: TnetObject | null,
  requestEndUs: number | null,
): ForeignAnswer {
  const why = textOf(error?.msg);
  const left = why !== null && /client disconnect/i.test(why);
  const transport = left ? 'client_aborted' : why === null ? 'complete' : 'upstream_aborted';
  const endUs = unitsUs(error?.timestamp, 1e6);
  if (response === null) {
    if (why === null) return NO_ANSWER;
    return {
      ...NO_ANSWER,
      outcome: left ? 'client_aborted' : 'upstream_aborted',
      error: why,
      finishedUs: endUs,
    };
  }
  const { status_code: status, headers, content } = response;
  const startUs = unitsUs(response.timestamp_start, 1e6);
  return {
    kind: 'wire',
    status: typeof status === 'number' ? status : null,
    headers: headersOf(headers),
    body: Buffer.isBuffer(content) ? content : null,
    headersUs: startUs,
    firstByteUs: null,
    finishedUs: unitsUs(response.timestamp_end, 1e6) ?? endUs,
    transport,
    reads: null,
    requestEndUs,
  };
}
