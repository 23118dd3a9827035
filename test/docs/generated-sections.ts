/** The pages that hold generated tables, from the root of the project. */
export const pagesWithTables: readonly string[] = [
  'docs/architecture/2-streams.md',
  'docs/architecture/3-messages.md',
  'docs/architecture/6-identities.md',
  'docs/metrics.md',
];

const SECTION = /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g;

/** The page with each section between `<!-- generated: name -->` and `<!-- end -->` replaced by its table. */
export function withTables(page: string, tables: ReadonlyMap<string, string>): string {
  return page.replaceAll(SECTION, (_section, name: string) => {
    const table = tables.get(name);
    if (table === undefined)
      throw new Error(`There is no generated table '${name}'; see test/docs/generated-tables.ts.`);
    return `<!-- generated: ${name} -->\n\n${table}\n\n<!-- end -->`;
  });
}

/** The names of the tables that a page holds. */
export function tablesIn(page: string): string[] {
  return [...page.matchAll(SECTION)].map(([, name = '']) => name);
}
