import { UserError } from '../../model/user-error.ts';

/**
 * Reads one value of a user's JSON document. `path` names it in errors: `mine.json: step.noise.white`.
 * @throws UserError
 */
export type Reader<T> = (value: unknown, path: string) => T;

export type Fields<T> = { readonly [Name in keyof T]: Reader<T[Name]> };

/** An object with exactly these fields. */
export function object<T extends object>(fields: Fields<T>): Reader<T> {
  return (value, path) => {
    if (!isObject(value)) throw wrong(path, value, 'an object');
    const names = Object.keys(fields);
    const unknown = Object.keys(value).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new UserError(`${below(path, unknown)} is not known: the fields here are ${names.join(', ')}`);
    }
    const entries = Object.entries<Reader<unknown>>(fields).map(([name, read]) => {
      if (!(name in value)) throw new UserError(`${below(path, name)} is missing`);
      return [name, read(value[name], below(path, name))];
    });
    return Object.fromEntries(entries) as T;
  };
}

export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string' || value === '') throw wrong(path, value, 'a text');
  return value;
};

export function oneOf<T extends string>(words: readonly T[]): Reader<T> {
  return (value, path) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw wrong(path, value, `one of ${words.join(', ')}`);
    return found;
  };
}

const number =
  (holds: (value: number) => boolean, what: string): Reader<number> =>
  (value, path) => {
    if (typeof value !== 'number' || !holds(value)) throw wrong(path, value, what);
    return value;
  };

export const wholeAboveZero = number(
  (value) => Number.isSafeInteger(value) && value > 0,
  'a whole number above 0',
);
export const aboveZero = number((value) => value > 0, 'a number above 0');
export const atLeastZero = number((value) => value >= 0, 'a number of at least 0');
export const share = number((value) => value >= 0 && value <= 1, 'a number from 0 to 1');

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function wrong(path: string, value: unknown, wanted: string): UserError {
  const shown = JSON.stringify(value) ?? 'nothing';
  return new UserError(
    `${path} is ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}: it must be ${wanted}`,
  );
}

/** The path of a field: the file's name and a colon stand before the first. */
function below(path: string, name: string): string {
  return path.endsWith(': ') ? `${path}${name}` : `${path}.${name}`;
}
