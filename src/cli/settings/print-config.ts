import { type OptionTable, takesValue } from '../options.ts';
import { withoutSecrets } from '../secrets.ts';
import { nameOf } from './sources.ts';

/** What is in effect for one option. */
export interface Effective {
  readonly texts: readonly string[];
  /** `flag`, `default`, the name of a variable, or a file. */
  readonly source: string;
}

/**
 * The options in effect as a file for `--config`, each with its source; secrets are masked.
 * @param effective by the name in the table; those without a value are left out
 */
export function configText(
  command: string,
  options: OptionTable,
  effective: ReadonlyMap<string, Effective>,
): string {
  const lines = Object.entries(options).flatMap(([key, option]) => {
    const { texts, source } = effective.get(key) ?? {
      texts: option.default === null ? [] : [option.default],
      source: 'default',
    };
    if (texts.length === 0) return [];
    const [first] = option.flags.map(({ flag }) => flag);
    const name = nameOf(first ?? '');
    const values = takesValue(option) ? texts.map(scalar) : [String(texts.at(-1) === `--${name}`)];
    const value = option.repeatable ? `[${values.join(', ')}]` : values.at(-1);
    return [`  ${name}: ${value} # ${source}\n`];
  });
  return `${command}:${lines.length === 0 ? ' {}\n' : `\n${lines.join('')}`}`;
}

/** Quoted unless it is plainly a word or a number. */
function scalar(text: string): string {
  const shown = withoutSecrets(text);
  return /^[\w.%/+-]+$/.test(shown) && !/^[-~]|^null$/.test(shown) ? shown : JSON.stringify(shown);
}
