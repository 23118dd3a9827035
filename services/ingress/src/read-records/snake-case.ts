const CAPITAL = /[A-Z]/g;

/** A value of ours as the API shows it: names in snake_case at every level, milliseconds as `_ms`. Not for what callers named themselves. */
export function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === undefined ? [] : [[snakeCase(name), inSnakeCase(inner)] as const],
    ),
  );
}

function snakeCase(name: string): string {
  return name.replace(/Milliseconds$/, 'Ms').replaceAll(CAPITAL, (letter) => `_${letter.toLowerCase()}`);
}
