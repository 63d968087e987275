import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMANDS, PURPOSE } from '../main.ts';
import { toolVersion } from '../provenance.ts';
import { configSchema } from './config-schema.ts';
import { commandPage, programPage } from './man-page.ts';

/** What the build writes beside the compiled program: the schema of files for `--config`, and the manual pages. */
const folder = fileURLToPath(new URL('../../', import.meta.url));
const loaded = await Promise.all(
  Object.entries(COMMANDS).map(async ([name, { load }]) => [name, await load()] as const),
);
const edition = { version: toolVersion(), commands: COMMANDS };
mkdirSync(`${folder}/man`, { recursive: true });
writeFileSync(`${folder}/man/reprise.1`, programPage(PURPOSE, edition));
for (const [name, command] of loaded) {
  writeFileSync(`${folder}/man/reprise-${name}.1`, commandPage(name, command, edition));
}
writeFileSync(
  `${folder}/config.schema.json`,
  `${JSON.stringify(configSchema(Object.fromEntries(loaded)), null, 2)}\n`,
);
