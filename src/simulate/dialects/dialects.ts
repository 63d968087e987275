import type { Dialect as DialectName } from '../dialect-name.ts';
import type { Dialect } from './dialect.ts';
import { RUST } from './rust.ts';
import { V085 } from './v0.8.5.ts';
import { V032 } from './v0.32.ts';

/** Every dialect by its name. */
export const BY_NAME: Readonly<Record<DialectName, Dialect>> = { 'v0.8.5': V085, 'v0.32': V032, rust: RUST };
