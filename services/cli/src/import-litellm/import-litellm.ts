import { isMap, parseDocument, stringify } from 'yaml';
import { CliError } from '../cli.error.js';
import { importSettings, type ImportedSettings } from './import-settings.js';
import { importTarget, withoutAbsent, type ImportedTarget } from './import-target.js';
import type { ProviderFields } from './import-provider.js';
import { Section, type ImportWarning } from './section.js';

/** A configuration in the form of switchyard.yaml, and what of the other file is not in it. */
export interface ImportedConfiguration {
  readonly text: string;
  readonly models: number;
  readonly providers: number;
  readonly warnings: readonly ImportWarning[];
}

/** What LiteLLM waits for a call where nobody says. */
const WHOLE_MILLISECONDS = 600_000;
const ORGANIZATIONS =
  'organizations: [ { name: demo, projects: [ { name: default, keys: [ { name: ci, key: "${env:DEMO_KEY}" } ] } ] } ]';
const HEADER = `# Made from a LiteLLM configuration. Check it, and add the callers under "organizations":
#   ${ORGANIZATIONS}
`;
/** Who may call is in LiteLLM's database, if anywhere. */
const CALLERS_MISSING: ImportWarning = {
  path: 'organizations',
  reason: `are no part of LiteLLM's file: nobody but the admin key may call until you add who may, such as ${ORGANIZATIONS}`,
};

/** Names given to providers, by what they are, each once. */
class ProviderNames {
  readonly providers: Record<string, ProviderFields> = {};
  private readonly byFields = new Map<string, string>();

  nameOf(prefix: string, provider: ProviderFields): string {
    const fields = JSON.stringify(provider);
    const known = this.byFields.get(fields);
    if (known !== undefined) return known;
    const stem =
      prefix
        .toLowerCase()
        .replaceAll(/[^a-z0-9_-]/g, '-')
        .replace(/^[^a-z0-9]+/, '')
        .slice(0, 50) || 'provider';
    let name = stem;
    for (let count = 2; name in this.providers; count++) name = `${stem}-${count}`;
    this.byFields.set(fields, name);
    this.providers[name] = provider;
    return name;
  }
}

/** Reads LiteLLM's `config.yaml`. @throws CliError for a text that is none */
export function importLitellm(text: string, file: string): ImportedConfiguration {
  const warnings: ImportWarning[] = [];
  const root = Section.of(valuesOf(text, file), '', warnings);
  const groups = groupsOf(root, warnings);
  const settings = importSettings(root.section('litellm_settings'), root.section('router_settings'));
  root
    .section('general_settings')
    .finish('is not carried; the admin key is SWITCHYARD_ADMIN_KEY, storage DATABASE_URL');
  root.section('environment_variables').finish('is not carried; set it in the environment of the services');
  root.finish();
  const names = new ProviderNames();
  const models = modelsOf(groups, { settings, names, warnings });
  if (models.length === 0) throw new CliError(`${file} has no model that can be carried:\n${told(warnings)}`);
  warnings.push(CALLERS_MISSING);
  const configuration = withoutAbsent({ version: 1, providers: names.providers, breaker: settings.breaker, models });
  return {
    text: HEADER + stringify(configuration, { lineWidth: 0, aliasDuplicateObjects: false }),
    models: models.length,
    providers: Object.keys(names.providers).length,
    warnings,
  };
}

/** Warnings, one on each line. */
export function told(warnings: readonly ImportWarning[]): string {
  return warnings.map(({ path, reason }) => `  ${path}: ${reason}`).join('\n');
}

function valuesOf(text: string, file: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error) throw new CliError(`${file} is no YAML: ${error.message.split('\n')[0]}`);
  if (!isMap(document.contents)) throw new CliError(`${file} is no LiteLLM configuration: it holds no fields.`);
  return document.toJS();
}

/** The deployments by their public name, in the order of the file. */
function groupsOf(root: Section, warnings: ImportWarning[]): Map<string, ImportedTarget[]> {
  const groups = new Map<string, ImportedTarget[]>();
  for (const [index, value] of root.list('model_list').entries()) {
    const entry = Section.of(value, `model_list[${index}]`, warnings);
    const name = entry.text('model_name');
    if (name === undefined || name.includes('*')) {
      const reason = name === undefined ? 'is missing' : `"${name}" is a pattern; list the models by name`;
      entry.warn('model_name', `${reason}; the deployment is not carried`);
      continue;
    }
    const target = importTarget(entry);
    if (target?.place.model.includes('*') === true) {
      entry.warn('litellm_params.model', 'is a pattern; list the models by name; the deployment is not carried');
    } else if (target) groups.set(name, [...(groups.get(name) ?? []), target]);
  }
  return groups;
}

interface Surroundings {
  readonly settings: ImportedSettings;
  readonly names: ProviderNames;
  readonly warnings: ImportWarning[];
}

function modelsOf(groups: ReadonlyMap<string, readonly ImportedTarget[]>, surroundings: Surroundings): object[] {
  const { aliases } = surroundings.settings;
  const all = new Map(groups);
  for (const [alias, model] of aliases) {
    const targets = groups.get(model);
    const path = `router_settings.model_group_alias.${alias}`;
    if (!targets) surroundings.warnings.push({ path, reason: `there is no model "${model}"; not carried` });
    else if (!all.has(alias)) all.set(alias, targets);
  }
  const known = new Set(all.keys());
  checkFallbacks(known, surroundings);
  return [...all].map(([name, targets]) => modelOf(name, targets, { ...surroundings, known }));
}

function modelOf(
  name: string,
  targets: readonly ImportedTarget[],
  { settings, names, warnings, known }: Surroundings & { readonly known: ReadonlySet<string> },
): object {
  const hasOrder = targets.some(({ order }) => order !== undefined);
  const isWeighted = settings.strategy === 'weighted';
  if (hasOrder && !isWeighted) {
    const reason = `order of the targets of "${name}" goes before routing_strategy; priority is taken`;
    warnings.push({ path: 'model_list', reason });
  }
  const strategy = hasOrder ? 'priority' : settings.strategy;
  const last = Math.max(0, ...targets.map(({ order }) => order ?? 0)) + 1;
  return withoutAbsent({
    name,
    strategy: targets.length > 1 ? strategy : undefined,
    timeouts: timeoutsOf(name, targets, { settings, warnings }),
    // An alias has the fallbacks of what it stands for.
    fallbacks: fallbacksOf(settings.aliases.get(name) ?? name, settings, known),
    ...settings.ofModels,
    targets: merged(
      targets.map((target) =>
        withoutAbsent({
          provider: names.nameOf(target.place.prefix, target.place.provider),
          model: target.place.model,
          priority: hasOrder ? (target.order ?? last) : undefined,
          weight: isWeighted ? weightOf(target, targets) : undefined,
          ...target.fields,
        }),
      ),
      { name, warnings },
    ),
  });
}

/** LiteLLM draws by weight where there is one, else by the requests per minute. */
function weightOf({ weight, requestsPerMinute }: ImportedTarget, all: readonly ImportedTarget[]): number | undefined {
  if (all.length < 2) return undefined;
  if (all.some((target) => target.weight !== undefined)) return weight ?? 1;
  const isByRate = all.every((target) => target.requestsPerMinute !== undefined);
  return isByRate ? Math.min(requestsPerMinute ?? 1, 1_000_000) : undefined;
}

/** Equal targets are one here. */
function merged(
  targets: readonly Record<string, unknown>[],
  { name, warnings }: { name: string; warnings: ImportWarning[] },
): Record<string, unknown>[] {
  const byPlace = new Map<string, Record<string, unknown>>();
  for (const target of targets) {
    const place = `${String(target['provider'])} ${String(target['model'])}`;
    if (byPlace.has(place)) {
      warnings.push({
        path: 'model_list',
        reason: `"${name}" lists ${place} twice with the same key; the first is kept`,
      });
    } else byPlace.set(place, target);
  }
  return [...byPlace.values()];
}

function timeoutsOf(
  name: string,
  targets: readonly ImportedTarget[],
  { settings, warnings }: Pick<Surroundings, 'settings' | 'warnings'>,
): object | undefined {
  const longest = (of: (target: ImportedTarget) => number | undefined, label: string): number | undefined => {
    const values = new Set(targets.map(of).filter((value) => value !== undefined));
    if (values.size > 1) {
      warnings.push({ path: 'model_list', reason: `targets of "${name}" differ in ${label}; the longest is taken` });
    }
    return values.size === 0 ? undefined : Math.max(...values);
  };
  const firstByteMs = longest((target) => target.firstByteMs, 'stream_timeout');
  const totalMs = longest((target) => target.totalMs, 'timeout') ?? settings.totalMs;
  // LiteLLM bounds a plain answer by nothing but the whole.
  const timeouts = withoutAbsent({
    firstByteMs,
    plainMs: totalMs ?? (firstByteMs === undefined ? undefined : WHOLE_MILLISECONDS),
    totalMs,
  });
  return Object.keys(timeouts).length === 0 ? undefined : timeouts;
}

function fallbacksOf(name: string, settings: ImportedSettings, known: ReadonlySet<string>): object | undefined {
  const listOf = (models: readonly string[] | undefined): string[] | undefined => {
    const found = [...new Set(models)].filter((model) => model !== name && known.has(model));
    return found.length === 0 ? undefined : found;
  };
  const { fallbacks, contextTooLong, contentFilter, defaultFallbacks } = settings;
  const lists = withoutAbsent({
    models: listOf(fallbacks.get(name) ?? fallbacks.get('*') ?? defaultFallbacks),
    contextTooLong: listOf(contextTooLong.get(name) ?? contextTooLong.get('*')),
    contentFilter: listOf(contentFilter.get(name) ?? contentFilter.get('*')),
  });
  return Object.keys(lists).length === 0 ? undefined : lists;
}

/** Fallbacks of and to models that are not carried. */
function checkFallbacks(known: ReadonlySet<string>, { settings, warnings }: Surroundings): void {
  const { fallbacks, contextTooLong, contentFilter, defaultFallbacks } = settings;
  const lists = { fallbacks, context_window_fallbacks: contextTooLong, content_policy_fallbacks: contentFilter };
  for (const [path, list] of Object.entries(lists)) {
    for (const [model, others] of list) {
      for (const name of [model, ...others].filter((one) => one !== '*' && !known.has(one))) {
        warnings.push({ path: `${path}.${model}`, reason: `there is no model "${name}"; not carried` });
      }
    }
  }
  for (const name of defaultFallbacks.filter((one) => !known.has(one))) {
    warnings.push({ path: 'default_fallbacks', reason: `there is no model "${name}"; not carried` });
  }
}
