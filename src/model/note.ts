/**
 * One thing that the product says, of a closed family: its kind and the facts of it. A family is an interface with a
 * member for each kind, whose type is the facts: numbers, names and other notes, never finished text. Notes are stored
 * and printed as they are; `report/messages` makes their sentences.
 */
export type Note<Family> = {
  readonly [Kind in keyof Family]: { readonly kind: Kind } & Family[Kind];
}[keyof Family];

/** The facts of a kind that says everything by itself. */
export type NoFacts = Readonly<Record<never, never>>;
