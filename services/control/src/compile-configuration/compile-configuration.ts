import { resolve } from 'node:path';

import { describeModel, soldBy } from '#libs/catalogue';
import { sha256Hex } from '#libs/secrets';

import { documentsIn, withDocuments, type ConfigurationDocument } from '../keep-documents/configuration-documents.js';
import { withRedactions } from '../keep-documents/provider-secrets.js';
import { assembleConfiguration } from './assemble-configuration.js';
import { checkBudgets } from './budgets/check-budgets.policy.js';
import type { CompiledConfiguration } from './compiled-configuration.js';
import { configurationFile } from './configuration-file.js';
import { outlineOf, type ConfigurationOutline } from './configuration-outline.js';
import { formatPath, printable, type ConfigurationProblem, type FieldProblem } from './configuration-problem.js';
import type { ConfigurationSource } from './configuration-source.js';
import { explainIssue } from './explain-issue.js';
import { checkOrganizations } from './check-organizations.policy.js';
import { checkLimits } from './check-limits.policy.js';
import { checkGuards } from './guards/check-guards.policy.js';
import { checkKeys } from './key-checks.policy.js';
import { checkNativeBatches, withPossibleBatches } from './batches/native-batch-of.js';
import { checkModels } from './model-checks.policy.js';
import { checkPrices } from './prices/check-prices.policy.js';
import { withPricesInForce } from './prices/with-prices.js';
import { pricedKinds } from './provider-kinds.js';
import { isReference, substituteReferences } from './references.js';
import { checkEligibility } from './routing-policies/check-eligibility.policy.js';
import { checkPolicies } from './routing-policies/check-policies.js';
import { checkSignIn } from './sign-in/check-sign-in.policy.js';
import { checkTrail } from './trail/check-trail.policy.js';
import { YamlText } from './yaml-text.js';

const LONGEST_TEXT_CHARACTERS = 4 * 1024 ** 2;
const SECRET_FIELDS = ['apiKey', 'apiKeys', 'key', 'clientSecret'];

/** A good configuration, or everything wrong with it in the order of the text. */
export type CompilationResult =
  | {
      readonly isValid: true;
      readonly configuration: CompiledConfiguration;
      /** The file without comments and without secrets, for the record. */
      readonly redactedText: string;
      /** What stands in the text itself, in its pieces and without secrets. */
      readonly documents: readonly ConfigurationDocument[];
      /** When a price that is there already begins, in Unix milliseconds: time to compile anew. */
      readonly nextChangeAt?: number;
      readonly referencedFiles: readonly string[];
    }
  | {
      readonly isValid: false;
      readonly problems: readonly ConfigurationProblem[];
      readonly referencedFiles: readonly string[];
    };

/**
 * Compiles the text of a configuration file: reads the YAML, follows its references, checks every field and what must
 * agree between fields. Depends on nothing but its argument and never throws for what stands in the text.
 */
export function compileConfiguration(source: ConfigurationSource): CompilationResult {
  try {
    const unfit = reasonAgainstText(source.text);
    return unfit === undefined ? compileYaml(new YamlText(source.text), source) : refuseWhole(source, unfit);
  } catch (error) {
    if (error instanceof RangeError) return refuseWhole(source, 'the YAML is nested too deep to be read');
    if (error instanceof ReferenceError) return refuseWhole(source, `the YAML aliases are wrong: ${error.message}`);
    throw error;
  }
}

function compileYaml(yaml: YamlText, source: ConfigurationSource): CompilationResult {
  if (yaml.syntaxProblems.length > 0) {
    const problems = yaml.syntaxProblems.map((problem) => ({ file: source.path, path: '', ...problem }));
    return { isValid: false, problems, referencedFiles: [] };
  }
  yaml.toValue(); // throws on aliases that lead nowhere, which neither could be printed nor followed below
  const redactedText = yaml.redacted(SECRET_FIELDS, isReference);
  const references = substituteReferences(yaml, source);
  const own = yaml.toValue();
  const now = source.now ?? Date.now();
  const { value, ...next } = withPricesInForce(withDocuments(own, source.stored ?? []), now);
  const parsed = configurationFile.safeParse(value, { error: explainIssue });
  const unresolved = new Set(references.problems.map(({ path }) => path));
  const fieldProblems = [
    ...(parsed.success ? [] : parsed.error.issues.map(({ path, message }) => ({ path, reason: message }))),
    ...checkAcrossFields(value, source),
  ]
    .map((problem) => locate(problem, yaml, source))
    .filter(({ path }) => !unresolved.has(path));
  const problems = inOrder([...references.problems, ...fieldProblems]);
  if (!parsed.success || problems.length > 0) {
    return { isValid: false, problems, referencedFiles: references.files };
  }
  const moment = { date: source.date, now };
  const configuration = assembleConfiguration(parsed.data, (path) => resolve(source.folder, path), moment);
  const ineligible = [
    ...checkEligibility(configuration),
    ...checkOrganizations(parsed.data),
    ...checkGuards(parsed.data),
    ...checkSignIn(parsed.data),
    ...checkTrail(parsed.data),
    ...checkNativeBatches(parsed.data, configuration),
  ].map((problem) => locate(problem, yaml, source));
  if (ineligible.length > 0) {
    return { isValid: false, problems: inOrder(ineligible), referencedFiles: references.files };
  }
  const documents = documentsIn(own);
  return {
    isValid: true,
    configuration: withGuards(withPossibleBatches(configuration), documents),
    redactedText,
    documents: documents.map(withoutSecrets),
    referencedFiles: references.files,
    ...next,
  };
}

/** Marks the providers that do not stand in the file: their addresses came over the network. */
function withGuards(
  configuration: CompiledConfiguration,
  ofTheFile: readonly ConfigurationDocument[],
): CompiledConfiguration {
  const own = new Set(ofTheFile.filter(({ kind }) => kind === 'provider').map(({ name }) => name));
  const providers = configuration.providers.map((provider) =>
    own.has(provider.name) ? provider : { ...provider, guarded: true as const },
  );
  return { ...configuration, providers };
}

function withoutSecrets({ document, ...rest }: ConfigurationDocument): ConfigurationDocument {
  if (rest.kind !== 'provider') return { document, ...rest };
  const { apiKey, apiKeys, ...others } = document;
  const count = Array.isArray(apiKeys) ? apiKeys.length : Number(apiKey !== undefined);
  return { ...rest, document: withRedactions(others, count) };
}

function inOrder(problems: readonly ConfigurationProblem[]): ConfigurationProblem[] {
  return problems.toSorted((left, right) => left.line - right.line || left.column - right.column);
}

function reasonAgainstText(text: string): string | undefined {
  if (text.length > LONGEST_TEXT_CHARACTERS) return `the file is longer than ${LONGEST_TEXT_CHARACTERS} characters`;
  return text.trim() === '' ? 'the file is empty; switchyard.example.yaml shows what belongs in it' : undefined;
}

function refuseWhole({ path: file }: ConfigurationSource, reason: string): CompilationResult {
  return { isValid: false, problems: [{ file, line: 1, column: 1, path: '', reason }], referencedFiles: [] };
}

function checkAcrossFields(value: unknown, source: ConfigurationSource): FieldProblem[] {
  const outline = outlineOf(value);
  return [
    ...checkModels(outline, {
      pricedKinds,
      isListed: ({ kind = '', baseUrl }, model) =>
        describeModel({ kind, baseUrl, model, date: source.date }).prices !== undefined,
      soldBy,
    }),
    ...checkPrices(outline),
    ...checkPolicies(outline),
    ...checkBudgets(outline),
    ...checkLimits(outline),
    ...checkKeys(outline, (key) => sha256Hex(key) === source.adminKeySha256),
    ...checkRecordings(outline, source),
  ];
}

/** A recordings file that is not there would only be missed by the first call. */
function checkRecordings({ providers }: ConfigurationOutline, source: ConfigurationSource): FieldProblem[] {
  return Object.entries(providers).flatMap(([name, { kind, recordings }]) => {
    if (kind !== 'sim' || recordings?.path === undefined) return [];
    const file = resolve(source.folder, recordings.path);
    if (source.isFile(file)) return [];
    return [{ path: ['providers', name, 'recordings', 'path'], reason: `the file ${file} cannot be read` }];
  });
}

function locate({ path, reason }: FieldProblem, yaml: YamlText, source: ConfigurationSource): ConfigurationProblem {
  return { file: source.path, ...yaml.positionOf(path), path: printable(formatPath(path)), reason: printable(reason) };
}
