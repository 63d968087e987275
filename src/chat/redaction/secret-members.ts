/** Names of members of JSON bodies whose texts are secrets. Thinking blocks have a `signature`, which a replay needs. */
const NAME =
  /^(?:.*[-_.])?(?:api[-_]?key|(?:access|secret|private)[-_]?key(?:[-_]?id)?|(?:client[-_]?)?secret|(?:access|refresh|id|auth|bearer|hf|session|api|security|csrf|service|bot)[-_]?token|password|passwd|pwd|pass[-_]?(?:phrase|code)|credentials?|authorization|(?:set-)?cookie|jwt)$/i;

/** Bodies without any of these, and without escaped letters, have no such member. */
const HINT =
  /key|secret|token"|passw|pwd|pass[-_]?(?:phrase|code)|credential|authorization|cookie|jwt|\\u00/i;

/** A member with a text as value, and the same inside a text, such as the arguments of a call. */
const MEMBERS = [
  /"((?:[^"\\]|\\.){1,80})"(\s*:\s*")((?:[^"\\]|\\.)*)(?=")/gs,
  /\\"([^"\\]{1,80})\\"(\s*:\s*\\")([^"\\]*)(?=\\")/g,
] as const;

/**
 * A body with the texts of its secret members overwritten with as many `*`; every other byte stays. The same object when
 * there are none.
 */
export function withoutSecretMembers(body: Uint8Array): Uint8Array {
  // One character a byte, so that places in the text are places in the body.
  const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1');
  if (!HINT.test(text)) return body;
  const hidden = MEMBERS.reduce<string>(
    (all, pattern) =>
      all.replace(pattern, (whole, name: string, between: string, value: string) => {
        if (value === '' || !NAME.test(snakeCase(plainName(name)))) return whole;
        return (
          whole.slice(0, whole.length - value.length - between.length) + between + '*'.repeat(value.length)
        );
      }),
    text,
  );
  return hidden === text ? body : new Uint8Array(Buffer.from(hidden, 'latin1'));
}

/** `dbPassword` as `db_Password`. */
function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_');
}

function plainName(name: string): string {
  if (!name.includes('\\')) return name;
  try {
    return String(JSON.parse(`"${name}"`));
  } catch {
    return name;
  }
}
