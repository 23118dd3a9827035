/** Reads an event of CEF: seven fields of the head, then keys and values up to the next unescaped key. */
export function readCef(line: string): { head: string[]; extension: Record<string, string> } {
  const parts = line.match(/(?:\\.|[^|\\])*(?:\||$)/gs) ?? [];
  const head = parts.slice(0, 7).map((part) => part.replace(/\|$/, '').replaceAll(/\\([\\|])/g, '$1'));
  const rest = line.slice(parts.slice(0, 7).join('').length);
  const pairs = [...rest.matchAll(/(?:^| )(\w+)=((?:\\.|[^=\\])*?)(?= \w+=|$)/gs)];
  const unescaped = (text: string) =>
    text.replaceAll(/\\(.)/gs, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? letter);
  return { head, extension: Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, unescaped(value)])) };
}
