import { joined, safeText } from '../plain-text.ts';

/** Markup that is ready to be put into a page; made only here, so that no text of a tape gets in unescaped. */
export type Markup = string & { readonly markup: unique symbol };

/** Escapes untrusted text; a figure and its unit stay on one line. */
export function text(value: string): Markup {
  return verbatim(joined(value));
}

/** The same with each space as it is, for what is copied: no tag, no entity, no attribute's end, no control character. */
export function verbatim(value: string): Markup {
  return safeText(value).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character) as Markup;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Elements without an end tag. */
const VOID = new Set(['meta', 'link', 'br', 'hr', 'input']);

/** One element; attributes are escaped, children are markup already. False and undefined leave an attribute out. */
export function el(name: string, attributes: Attributes = {}, ...children: readonly Markup[]): Markup {
  const words = Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined || value === false) return [];
    return value === true
      ? [` ${key}`]
      : [` ${key}="${typeof value === 'number' ? round(value) : text(value)}"`];
  });
  const start = `<${name}${words.join('')}>`;
  return (VOID.has(name) ? start : `${start}${children.join('')}</${name}>`) as Markup;
}

/** Several pieces one after another. */
export function join(pieces: readonly Markup[]): Markup {
  return pieces.join('') as Markup;
}

/** Coordinates to a tenth: a page of ten thousand requests must stay small. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
