interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly tags: readonly string[];
}

interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:2.5rem;border-bottom:1px solid #d8dee4}
details{margin:.4rem 0;border:1px solid #d8dee4;border-radius:6px;padding:.4rem .8rem}
summary{cursor:pointer}code,pre{font:13px/1.45 ui-monospace,monospace}code{overflow-wrap:anywhere}pre{overflow:auto;background:#f6f8fa;padding:.8rem;border-radius:6px}
b{display:inline-block;min-width:4.5rem;margin-right:.5rem}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}details,h2{border-color:#30363d}pre{background:#161b22}a{color:#58a6ff}}`;

/** Calls first, which most readers came for, and administration last. */
function rankOf(tag: string): number {
  if (tag === 'ModelCalls' || tag === 'Responses') return 0;
  return tag.includes('Admin') ? 2 : 1;
}

/** The document for people: one page without scripts or anything from elsewhere. */
export function apiPage(document: object): string {
  const { info, paths } = document as ApiDocument;
  const groups = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags[0] ?? '';
      groups.set(tag, [...(groups.get(tag) ?? []), entryOf(method, path, operation)]);
    }
  }
  const sections = [...groups]
    .toSorted(([left], [right]) => rankOf(left) - rankOf(right) || (left < right ? -1 : 1))
    .map(([tag, entries]) => `<h2>${escaped(tag.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' '))}</h2>${entries.join('')}`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(info.title)} API</title><style>${STYLE}</style></head><body>
<h1>${escaped(info.title)} API ${escaped(info.version)}</h1>
<p>For programs: <a href="/openapi.json">/openapi.json</a>. Send a key as <code>Authorization: Bearer …</code>. For people: <a href="/auth/account">your account</a>.</p>
${sections.join('')}</body></html>`;
}

function entryOf(method: string, path: string, { summary, description, parameters, requestBody }: Operation): string {
  const names = parameters.map(
    (parameter) => `<li><code>${escaped(parameter.name)}</code> in ${escaped(parameter.in)}</li>`,
  );
  const schema = requestBody?.content['application/json']?.schema;
  return `<details><summary><b>${escaped(method.toUpperCase())}</b><code>${escaped(path)}</code> ${escaped(summary)}</summary>
<p>${escaped(description ?? '')}</p>${names.length > 0 ? `<ul>${names.join('')}</ul>` : ''}${
    schema ? `<pre>${escaped(JSON.stringify(schema, null, 2))}</pre>` : ''
  }</details>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
