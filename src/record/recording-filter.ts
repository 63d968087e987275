/** The routes that are recorded unless told otherwise; everything else passes unrecorded. */
const RECORDED: ReadonlySet<string> = new Set(['/v1/chat/completions', '/v1/completions']);

/** True for the generation requests of an OpenAI-compatible server. */
export function isGeneration(method: string, path: string): boolean {
  return method === 'POST' && RECORDED.has(path.split('?', 1)[0] ?? '');
}
