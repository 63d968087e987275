import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { type GithubLog, githubLog } from '../../report/comparison/github-log.ts';
import type { Messages } from '../../report/messages/messages.ts';
import { say } from '../terminal/terminal.ts';

/**
 * Adds the summary to the step's page, whose file the runner names in GITHUB_STEP_SUMMARY, and gives its log.
 * @param summary in Markdown
 */
export function githubStep(
  log: Omit<GithubLog, 'seal'>,
  summary: () => string,
  messages: Messages,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const file = env.GITHUB_STEP_SUMMARY ?? '';
  try {
    if (file !== '') appendFileSync(file, `${summary()}\n`);
  } catch (error) {
    say(`the step summary could not be written to ${file}: ${(error as Error).message}`);
  }
  return githubLog({ ...log, seal: randomUUID() }, messages);
}
