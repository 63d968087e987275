import fc from 'fast-check';

/** Any character of Unicode, ASCII half of the time: for texts as fast-check's unit `binary` makes them, which takes a second to begin. */
export const anyCharacter = fc
  .oneof(
    fc.nat(0x7f),
    fc.oneof(fc.integer({ min: 0x80, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff })),
  )
  .map((point) => String.fromCodePoint(point));
