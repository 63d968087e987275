import { answerGeneration } from '../answers/answer.ts';
import { DONE, randomHex } from '../apis/api-format.ts';
import { FORMATS } from '../apis/formats.ts';
import { refusal } from '../apis/refusals.ts';
import { FRONT_ENDS } from '../dialect.ts';
import type { Fault } from '../faults/fault.ts';
import { type Api, invalid, OVERLOADED, refused } from '../requests/generation-request.ts';
import { readGenerationRequest } from '../requests/read-request.ts';
import type { Server } from '../server.ts';
import { spacedJson } from '../texts/json-value.ts';
import type { Call } from './call.ts';
import { openStream } from './send.ts';

/** `POST` of one API. */
export function generationRoute(api: Api, server: Server): (call: Call) => void {
  const { dialect, engine, faults, flags } = server;
  const rules = {
    dialect,
    model: server.model,
    maxModelLen: server.profile.maxModelLen,
    toolCallParser: flags.toolCallParser,
  };
  const { heads, idDigits } = FRONT_ENDS[dialect];
  /** Ids of answers in progress; the Rust server refuses a duplicate. */
  const underWay = new Set<string>();

  /** Faults that leave nothing to generate; true when the request is dealt with. */
  function isFailed(fault: Fault | null, call: Call): boolean {
    if (fault?.kind === 'error') {
      call.refuse(refused(fault.status, 'A fault that the simulator was told to make.'), api);
      return true;
    }
    if (fault?.kind === 'overload' && engine.running + engine.waiting >= fault.over) {
      call.refuse(OVERLOADED, api);
      return true;
    }
    if (fault?.kind !== 'refuse') return false;
    // In this order: a client that comes back at once finds no server.
    server.refuseConnections(fault.ms);
    call.response.destroy();
    return true;
  }

  /** A stream has begun when the engine finds that it has the id already. */
  function refuseTwice(call: Call, answerId: string, stream: boolean): void {
    const problem = invalid(`Request id ${answerId} already running.`, 'request_id');
    if (!stream) {
      call.refuse(problem);
      return;
    }
    const head = { status: 200, contentType: heads.eventStreamType, requestId: call.requestIdHeader };
    const sink = openStream(call.response, heads, head);
    sink.write(`data: ${spacedJson({ error: JSON.parse(refusal(dialect, problem).body) })}\n\n`);
    sink.write(DONE);
    sink.end();
  }

  return (call) => {
    const fault = faults.choose(call.request.headers);
    if (isFailed(fault, call)) return;
    const fallbackId = randomHex(idDigits);
    const request = readGenerationRequest(api, call.text, rules);
    if (!('api' in request)) return call.refuse(request, api);
    const header = call.request.headers['x-request-id'];
    const id = typeof header === 'string' ? header : (request.requestId ?? fallbackId);
    const answerId = `${FORMATS[api].idPrefix}${id}`;
    if (dialect === 'v0.8.5' && underWay.has(answerId)) {
      return refuseTwice(call, answerId, request.stream);
    }
    underWay.add(answerId);
    call.response.on('close', () => underWay.delete(answerId));
    const { requestIdHeader, response } = call;
    const accepted = answerGeneration(server, { request, answerId, requestIdHeader, fault, response });
    if (!accepted) call.refuse(OVERLOADED, api);
  };
}
