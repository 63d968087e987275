import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  EXCHANGE_COLUMNS,
  EXCHANGE_END_COLUMNS,
  EXCHANGE_START_COLUMNS,
  RESULT_COLUMNS,
} from '../../src/store/columns.ts';
import { createDatabase } from '../../src/store/open-database.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';
import { sampleResult } from '../helpers/sample-runs.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

test('the tables of the schema have these columns and no others', () => {
  const db = createDatabase(join(tempFolder(), 'columns.sqlite'));
  const columnsOf = (table: string) =>
    db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table) as string[];
  assert.deepEqual(columnsOf('exchanges').sort(), ['id', 'number', ...EXCHANGE_COLUMNS.names].sort());
  assert.deepEqual(columnsOf('results').sort(), ['id', ...RESULT_COLUMNS.names].sort());
  db.close();
});

test('a row is read as it was written', () => {
  const { id: _id, ...exchange } = sampleExchange();
  assert.deepEqual(EXCHANGE_COLUMNS.read(EXCHANGE_COLUMNS.write(exchange)), exchange);
  const { id: _result, ...result } = sampleResult({ plannedAbort: true, sentUs: null });
  assert.deepEqual(RESULT_COLUMNS.read(RESULT_COLUMNS.write(result)), result);
  assert.deepEqual(RESULT_COLUMNS.readWithId([7, ...RESULT_COLUMNS.write(result)]), { id: 7, ...result });
  assert.deepEqual(
    EXCHANGE_START_COLUMNS.write(exchange).concat(EXCHANGE_END_COLUMNS.write(exchange)).length,
    EXCHANGE_COLUMNS.names.length,
  );
});

test('instants are stored as whole microseconds', () => {
  const { id: _id, ...result } = sampleResult({ headersUs: 4_999.6 });
  assert.equal(RESULT_COLUMNS.read(RESULT_COLUMNS.write(result)).headersUs, 5_000);
});

test('a value that does not fit costs the value, not the row', () => {
  const { id: _id, ...exchange } = sampleExchange();
  for (const value of [6000.5, Number.NaN, 2 ** 60, 'many', {}, undefined]) {
    const odd = { ...exchange, maxTokens: value as number, model: 5 as never };
    const read = EXCHANGE_COLUMNS.read(EXCHANGE_COLUMNS.write(odd));
    assert.deepEqual([read.maxTokens, read.model, read.stream], [null, null, exchange.stream]);
  }
});
