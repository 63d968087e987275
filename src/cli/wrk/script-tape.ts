import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createZstdCompressor } from '../../chat/content-coding.ts';
import { CREDENTIAL_RULES, createCredentialRedaction } from '../../chat/redaction/credentials.ts';
import { type ForeignExchange, NO_ANSWER } from '../../formats/format.ts';
import type { TextRequest } from '../../formats/wrk/http-text.ts';
import { systemClock } from '../../model/clock.ts';
import type { ReplayableRequest } from '../../replay/plan/replayable.ts';
import { openImportWriter } from '../../store/import-writer.ts';
import { tapeRow } from '../import/tape-row.ts';
import { toolVersion } from '../provenance.ts';
import { makeFolder } from '../tape-file.ts';

/** Headers that the client of a replay writes itself. */
const FRAMING = /^(host|content-length|connection|transfer-encoding)$/i;

/** A script's request as the engine sends it, byte for byte. */
export function replayable(request: TextRequest, exchangeId: number): ReplayableRequest {
  const { path, head, body } = request;
  return { exchangeId, path, headers: ownHeaders(request), body, saltAt: null, abort: null, head };
}

/** A script's request as an import reads it from a file. */
function foreignExchange(request: TextRequest): ForeignExchange {
  const { path, body } = request;
  return {
    arrivedUs: null,
    session: null,
    answer: NO_ANSWER,
    request: { kind: 'body', path, headers: ownHeaders(request), bytes: body, isRebuilt: false },
  };
}

function ownHeaders({ headers }: TextRequest): readonly string[] {
  return headers.flatMap((name, i) =>
    i % 2 === 1 || FRAMING.test(name) ? [] : [name, headers[i + 1] ?? ''],
  );
}

/**
 * Writes a capture of a script's requests, in order, on a tape that is made where it is missing.
 * @param source of the capture, as a user would name it
 * @param model for bodies that name none; null leaves them without
 * @returns their ids on the tape
 * @throws UserError when the tape cannot be written
 */
export function writeRequests(
  path: string,
  source: string,
  requests: readonly TextRequest[],
  model: string | null = null,
): readonly number[] {
  const mode = existsSync(path) ? 'append' : 'create';
  if (mode === 'create') makeFolder(path);
  const redaction = createCredentialRedaction({ hashKey: randomBytes(32) });
  const writer = openImportWriter(path, mode, createZstdCompressor());
  try {
    const ids = requests.map((request) => {
      const { path: to, body: bytes, method } = request;
      const body = { path: to, headers: ownHeaders(request), bytes };
      return writer.add({ ...tapeRow(foreignExchange(request), body, { redaction, model }), method });
    });
    writer.settle();
    const nowMs = systemClock.wallMs();
    writer.commit({
      startedAtMs: nowMs,
      startedUs: 0,
      upstream: source,
      toolVersion: toolVersion(),
      settings: {
        imported: { files: [], arrivals: 'none', importedAtMs: nowMs, model: null, notes: [], skips: [] },
      },
      redaction: CREDENTIAL_RULES,
    });
    return ids;
  } catch (error) {
    writer.discard();
    throw error;
  }
}
