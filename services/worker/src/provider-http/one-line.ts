/** A JSON text as one line: it may hold line feeds between its members, and none within its strings. */
export function oneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replaceAll(/[\r\n]/g, ' ') : json;
}
