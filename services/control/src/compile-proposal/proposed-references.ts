import type { ConfigurationProblem } from '../compile-configuration/configuration-problem.js';
import { formatPath, printable } from '../compile-configuration/configuration-problem.js';
import { YamlText } from '../compile-configuration/yaml-text.js';

const REFERENCE = /\$?\$\{([^}]*)\}/g;
const CREDENTIAL_FIELDS = new Set(['apiKey', 'apiKeys']);

/** What stands in for what references in a proposed text would lead to. */
export interface ProposedReferences {
  readonly problems: readonly ConfigurationProblem[];
  /** Names of environment variables in the places of credentials. */
  readonly variables: ReadonlySet<string>;
}

/**
 * References of a text that did not come from this machine. Where a credential belongs they stay closed; anywhere else they
 * are refused: whoever sends the text could read secrets of this process by them.
 */
export function proposedReferences(text: string, file: string): ProposedReferences {
  const problems: ConfigurationProblem[] = [];
  const variables = new Set<string>();
  for (const { path, scalar, position } of scalarsOf(text)) {
    if (typeof scalar.value !== 'string') continue;
    for (const [whole, inner = ''] of scalar.value.matchAll(REFERENCE)) {
      if (whole.startsWith('$$')) continue;
      if (!isCredential(path)) {
        const reason = `${printable(whole)} is not followed in a text that is sent; write the value itself (references are taken where credentials stand only)`;
        problems.push({ file, ...position, path: printable(formatPath(path)), reason });
      } else if (inner.startsWith('env:')) variables.add(inner.slice('env:'.length));
    }
  }
  return { problems, variables };
}

/** None for a text that is no YAML: what is wrong with it is told where it is compiled. */
function scalarsOf(text: string): Iterable<{ path: PropertyKey[]; scalar: { value: unknown }; position: Position }> {
  try {
    const yaml = new YamlText(text);
    return yaml.syntaxProblems.length > 0 ? [] : yaml.scalars();
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

type Position = ReturnType<YamlText['positionOf']>;

function isCredential(path: readonly PropertyKey[]): boolean {
  const [section, , field] = path;
  if (section === 'providers') return typeof field === 'string' && CREDENTIAL_FIELDS.has(field);
  return section === 'organizations' && path.at(-1) === 'key';
}
