/** The generation APIs of a vLLM server whose bytes we understand. */
const APIS = ['chat', 'completions', 'responses', 'messages'] as const;

export type Api = (typeof APIS)[number];

const PATHS: Readonly<Record<string, Api>> = {
  '/v1/chat/completions': 'chat',
  '/v1/completions': 'completions',
  '/v1/responses': 'responses',
  '/v1/messages': 'messages',
};

/** The API that a request path (query allowed) belongs to, or null for every other route. */
export function apiOfPath(path: string): Api | null {
  const query = path.indexOf('?');
  return PATHS[query === -1 ? path : path.slice(0, query)] ?? null;
}
