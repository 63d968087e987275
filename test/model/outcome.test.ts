import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  answerErrorOf,
  brokenOutcome,
  ERROR_CODES,
  errorWords,
  isError,
  OUTCOMES,
  TRANSPORT_ENDS,
} from '../../src/model/outcome.ts';

test('success, an abort by the client and what is not known are no errors', () => {
  assert.deepEqual(
    OUTCOMES.filter((outcome) => !isError(outcome)),
    ['ok', 'client_aborted', 'unknown'],
  );
});

test('a way in which a connection can end has its outcome', () => {
  const failed = TRANSPORT_ENDS.filter((end) => end !== 'complete').map(brokenOutcome);
  assert.deepEqual(failed, ['client_aborted', 'upstream_aborted', 'unreachable', 'timeout', 'incomplete']);
});

const systemError = (code: string | undefined, message: string): NodeJS.ErrnoException =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

test('errors of the system, of OpenSSL and of the HTTP parser have codes; what is not known keeps its words', () => {
  for (const [code, expected] of [
    ['ECONNREFUSED', 'refused'],
    ['ENOTFOUND', 'host_not_found'],
    ['EHOSTUNREACH', 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect_timeout'],
    ['ECONNRESET', 'reset'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['HPE_INVALID_CONSTANT', 'not_http'],
    ['EMFILE', 'too_many_files'],
    ['EIO', 'system'],
    [undefined, 'system'],
  ] as const)
    assert.deepEqual(answerErrorOf(systemError(code, 'words')), { code: expected, detail: 'words' });
});

test('an error without a message, such as one of several addresses, is shown by its code', () => {
  assert.deepEqual(answerErrorOf(systemError('ECONNREFUSED', '')), {
    code: 'refused',
    detail: 'ECONNREFUSED',
  });
});

test('words: the detail, else the code', () => {
  assert.equal(errorWords({ code: 'closed', detail: 'socket hang up' }), 'socket hang up');
  assert.equal(errorWords({ code: 'host_not_found', detail: null }), 'host not found');
});

test('docs/tape.md names every code', () => {
  const page = readFileSync(new URL('../../docs/tape.md', import.meta.url), 'utf8');
  for (const code of ERROR_CODES) assert.ok(page.includes(`\`${code}\``), code);
});
