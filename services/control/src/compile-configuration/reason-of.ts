/** What an error says, without the name of its class. */
export function reasonOf(error: unknown): string {
  return String(error).replace(/^[A-Za-z]*Error: /, '');
}
