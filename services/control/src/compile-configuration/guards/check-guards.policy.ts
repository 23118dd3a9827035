import type { GuardEntry, PrivacyEntry } from '#libs/contracts';

import type { FieldProblem } from '../configuration-problem.js';
import type { ConfigurationFile } from '../configuration-file.js';
import { suggestName } from '../nearest-name.policy.js';

/** Somebody or something that may have guards and a policy of privacy. */
interface Holder {
  readonly guards?: readonly GuardEntry[] | undefined;
  readonly privacy?: PrivacyEntry | undefined;
}

type Path = readonly PropertyKey[];

interface KnownNames {
  readonly models: readonly string[];
  readonly providers: readonly string[];
}

/** What is wrong between policies of privacy, guards and what they name. */
export function checkGuards(file: ConfigurationFile): FieldProblem[] {
  const names = { models: file.models.map(({ name }) => name), providers: Object.keys(file.providers) };
  return holdersOf(file).flatMap(({ holder, path }) => checkHolder(holder, path, names));
}

/** What is wrong between the policies of one holder and what they name. */
export function checkHolder(holder: Holder, path: Path, names: KnownNames): FieldProblem[] {
  return [...checkModelsOf(holder, path, names), ...checkPrivacy(holder.privacy, [...path, 'privacy'], names)];
}

function holdersOf(file: ConfigurationFile): { holder: Holder; path: Path }[] {
  const holders: { holder: Holder; path: Path }[] = [{ holder: file, path: [] }];
  for (const [index, model] of file.models.entries()) holders.push({ holder: model, path: ['models', index] });
  for (const [index, organization] of file.organizations.entries()) {
    const path = ['organizations', index];
    holders.push({ holder: organization, path });
    for (const [place, project] of organization.projects.entries()) {
      const inner = [...path, 'projects', place];
      holders.push({ holder: project, path: inner });
      for (const [nth, key] of project.keys.entries()) holders.push({ holder: key, path: [...inner, 'keys', nth] });
    }
  }
  return holders;
}

function checkModelsOf({ guards = [] }: Holder, path: Path, { models }: KnownNames): FieldProblem[] {
  return guards.flatMap((guard, index) =>
    guard.kind === 'moderation' ? unknown(guard.model, models, [...path, 'guards', index, 'model']) : [],
  );
}

function checkPrivacy(privacy: PrivacyEntry | undefined, path: Path, { providers }: KnownNames): FieldProblem[] {
  if (!privacy) return [];
  const conditional = (privacy.whenFound ?? []).map(({ require }, index) => ({
    required: require,
    at: [...path, 'whenFound', index, 'require'],
  }));
  return [{ required: privacy, at: path }, ...conditional].flatMap(({ required, at }) =>
    (['providers', 'notProviders'] as const).flatMap((field) =>
      (required[field] ?? []).flatMap((name, nth) => unknown(name, providers, [...at, field, nth])),
    ),
  );
}

function unknown(name: string, known: readonly string[], path: Path): FieldProblem[] {
  return known.includes(name) ? [] : [{ path, reason: `names nothing that there is; ${suggestName(name, known)}` }];
}
