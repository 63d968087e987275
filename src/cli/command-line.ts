/** Options whose values may be secrets: only the header's name is kept. */
const SECRET = /^(--header)(=|$)/;

/** The program's arguments as a run keeps them, so that it can be repeated; values of headers are left out. */
export function commandLine(argv: readonly string[]): readonly string[] {
  return argv.map((word, i) => {
    if (SECRET.exec(argv[i - 1] ?? '')?.[2] === '') return withoutValue(word);
    return SECRET.exec(word)?.[2] === '=' ? `--header=${withoutValue(word.slice('--header='.length))}` : word;
  });
}

function withoutValue(header: string): string {
  return `${header.split(':', 1)[0]}: …`;
}
