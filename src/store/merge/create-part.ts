import { insertInto } from '../columns.ts';
import { openNewTape } from '../new-tape.ts';
import { databaseError, readDatabase } from '../open-database.ts';

/**
 * Makes a tape for the results of requests of another one: it has their rows, under the same ids and without headers and
 * bodies, so that results refer to them and figures of the recording stay comparable.
 * @param source the tape with the requests; it is only read
 * @throws UserError when the file exists or cannot be made, or the source cannot be read
 */
export function createPart(path: string, source: string, exchanges: ReadonlySet<number>): void {
  const from = readDatabase(source);
  const made = openNewTape(path, 'part');
  const to = made.db;
  try {
    const copy = (
      table: string,
      left: Readonly<Record<string, unknown>>,
      takes: (id: number) => boolean,
    ): void => {
      const names = from.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[];
      const insert = insertInto(to, table, names);
      const replaced = names.flatMap((name, at) => (name in left ? [[at, left[name]] as const] : []));
      for (const row of from
        .prepare(`SELECT ${names.join(', ')} FROM ${table} ORDER BY id`)
        .raw()
        .iterate()) {
        const values = row as unknown[];
        if (!takes(values[0] as number)) continue;
        for (const [at, value] of replaced) values[at] = value;
        insert.run(...values);
      }
    };
    to.transaction(() => {
      copy('captures', {}, () => true);
      copy('exchanges', WITHOUT_CONTENT, (id) => exchanges.has(id));
    })();
    made.commit();
  } catch (error) {
    made.discard();
    throw databaseError(error, source);
  } finally {
    from.close();
  }
}

const WITHOUT_CONTENT = {
  request_headers: '[]',
  response_headers: '[]',
  request_body_id: null,
  response_body_id: null,
} as const;
