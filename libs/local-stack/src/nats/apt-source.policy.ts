/** One archive that apt knows: enough to write a source of our own for another suite of the same archive. */
export interface AptSource {
  readonly uri: string;
  /** Path of a keyring or an embedded key, as apt's Signed-By takes it. */
  readonly signedBy: string | undefined;
  readonly trusted: boolean;
}

/** A file of apt's sources: its name decides the format (`.sources` = deb822, else one line per source). */
export interface AptSourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Finds the machine's own source of the main Debian archive: the first enabled `deb` entry whose URI ends in /debian
 * (or is a mirror list named debian.list). Both formats of sources.list(5) are read. Undefined when there is none, as
 * on systems that are not Debian.
 */
export function findDebianArchive(files: readonly AptSourceFile[]): AptSource | undefined {
  return files
    .flatMap(({ name, text }) => (name.endsWith('.sources') ? readStanzas(text) : readLines(text)))
    .find(({ uri }) => isDebianArchive(uri));
}

/** Writes a deb822 source for one suite of an archive. */
export function writeAptSource({ uri, signedBy, trusted }: AptSource, suite: string): string {
  const lines = ['Types: deb', `URIs: ${uri}`, `Suites: ${suite}`, 'Components: main'];
  if (signedBy !== undefined) lines.push(`Signed-By: ${signedBy}`);
  if (trusted) lines.push('Trusted: yes');
  return `${lines.join('\n')}\n`;
}

function isDebianArchive(uri: string): boolean {
  return /\/debian\/?$/.test(uri) || /^mirror\+.*\/debian\.list$/.test(uri);
}

function readLines(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+\S+/.exec(line);
    if (match?.[2] === undefined) continue;
    const options = new Map(
      (match[1] ?? '').split(/\s+/).map((option) => [option.split('=')[0], option.slice(option.indexOf('=') + 1)]),
    );
    sources.push({ uri: match[2], signedBy: options.get('signed-by'), trusted: options.get('trusted') === 'yes' });
  }
  return sources;
}

function readStanzas(text: string): AptSource[] {
  const withoutComments = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = readFields(stanza);
    const isOff = /^(no|false|without|off|disable)$/i.test(fields.get('enabled')?.trim() ?? '');
    if (isOff || !words(fields.get('types')).includes('deb')) return [];
    const signedBy = fields.get('signed-by');
    const trusted = /^yes$/i.test(fields.get('trusted')?.trim() ?? '');
    return words(fields.get('uris')).map((uri) => ({ uri, signedBy, trusted }));
  });
}

/** Fields of a deb822 stanza, names in lower case; continuation lines (an embedded key) are kept as they stand. */
function readFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of stanza.split('\n')) {
    const field = /^([A-Za-z][A-Za-z0-9-]*):\s*(.*)$/.exec(line);
    if (field?.[1] !== undefined) {
      current = field[1].toLowerCase();
      fields.set(current, field[2] ?? '');
    } else if (current !== undefined && /^\s/.test(line)) {
      fields.set(current, `${fields.get(current) ?? ''}\n${line}`);
    }
  }
  return fields;
}

function words(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '');
}
