import { CONDITION_LIMITS } from './condition-limits.js';

/** What conditions can ask about one request; what is absent takes the value that its comment tells. */
export interface ConditionFacts {
  readonly request: {
    readonly model: string;
    readonly operation: string;
    readonly dialect: string;
    readonly lane: 'interactive' | 'durable';
    /** One of `TASKS`, or '' where it was not looked for. */
    readonly task?: string | undefined;
    /** ISO 639-1, 'und' where it is not known, or '' where it was not looked for. */
    readonly language?: string | undefined;
    readonly promptTokens: number;
    /** The caller's cap; 0 where there is none. */
    readonly maxCompletionTokens?: number | undefined;
    readonly expectedCompletionTokens?: number | undefined;
    readonly stream: boolean;
    readonly usesTools: boolean;
    readonly jsonSchema: boolean;
    /** What goes into the model. */
    readonly modalities: readonly string[];
    /** The end user the caller named; '' where none. */
    readonly user?: string | undefined;
    readonly tier?: string | undefined;
    readonly tags?: readonly string[] | undefined;
    readonly metadata?: Readonly<Record<string, string>> | undefined;
    readonly session?: string | undefined;
    /** Between 0 and 1; -1 where it was not computed. */
    readonly difficulty?: number | undefined;
    readonly organization: string;
    readonly project: string;
    readonly key: string;
  };
  /** The time of the decision in the time zone of the policy; `weekday` from 1, Monday, to 7; `date` as YYYY-MM-DD. */
  readonly now: { readonly hour: number; readonly minute: number; readonly weekday: number; readonly date: string };
  /** Share of the budget that is spent or held, 0 where none is known; more than 1 when overspent. */
  readonly budget?: { readonly usedShare: number | undefined } | undefined;
}

/** `request` as the CEL package wants it: whole numbers are bigint, and the class tells the declared type. */
export class RequestVariables {
  readonly model: string;
  readonly operation: string;
  readonly dialect: string;
  readonly lane: string;
  readonly task: string;
  readonly language: string;
  readonly promptTokens: bigint;
  readonly maxCompletionTokens: bigint;
  readonly expectedCompletionTokens: bigint;
  readonly stream: boolean;
  readonly usesTools: boolean;
  readonly jsonSchema: boolean;
  readonly modalities: readonly string[];
  readonly user: string;
  readonly tier: string;
  readonly tags: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly session: string;
  readonly difficulty: number;
  readonly organization: string;
  readonly project: string;
  readonly key: string;

  constructor(request: ConditionFacts['request']) {
    this.model = text(request.model);
    this.operation = request.operation;
    this.dialect = request.dialect;
    this.lane = request.lane;
    this.task = text(request.task);
    this.language = text(request.language);
    this.promptTokens = whole(request.promptTokens);
    this.maxCompletionTokens = whole(request.maxCompletionTokens);
    this.expectedCompletionTokens = whole(request.expectedCompletionTokens);
    this.stream = request.stream;
    this.usesTools = request.usesTools;
    this.jsonSchema = request.jsonSchema;
    this.modalities = texts(request.modalities);
    this.user = text(request.user);
    this.tier = text(request.tier);
    this.tags = texts(request.tags);
    this.metadata = textMap(request.metadata);
    this.session = text(request.session);
    this.difficulty = request.difficulty ?? -1;
    this.organization = request.organization;
    this.project = request.project;
    this.key = request.key;
  }
}

/** `now` as the CEL package wants it. */
export class NowVariables {
  readonly hour: bigint;
  readonly minute: bigint;
  readonly weekday: bigint;
  readonly date: string;

  constructor(now: ConditionFacts['now']) {
    this.hour = whole(now.hour);
    this.minute = whole(now.minute);
    this.weekday = whole(now.weekday);
    this.date = now.date;
  }
}

/** `budget` as the CEL package wants it. */
export class BudgetVariables {
  readonly usedShare: number;

  constructor(budget: ConditionFacts['budget']) {
    this.usedShare = budget?.usedShare ?? 0;
  }
}

/**
 * The facts of one decision in the shape conditions are evaluated over: made once, used for every condition. Texts longer
 * than 512 characters and lists of more than 64 entries are cut there, so that no caller can make a condition expensive.
 */
export class ConditionVariables {
  readonly request: RequestVariables;
  readonly now: NowVariables;
  readonly budget: BudgetVariables;

  constructor(facts: ConditionFacts) {
    this.request = new RequestVariables(facts.request);
    this.now = new NowVariables(facts.now);
    this.budget = new BudgetVariables(facts.budget);
  }
}

const NO_TEXTS: readonly string[] = [];
const NO_ENTRIES: ReadonlyMap<string, string> = new Map();

function text(value: string | undefined): string {
  if (value === undefined) return '';
  return value.length > CONDITION_LIMITS.factCharacters ? value.slice(0, CONDITION_LIMITS.factCharacters) : value;
}

function texts(values: readonly string[] | undefined): readonly string[] {
  if (values === undefined || values.length === 0) return NO_TEXTS;
  return values.slice(0, CONDITION_LIMITS.factEntries).map(text);
}

/** A Map, since a caller may name a key "constructor". */
function textMap(values: Readonly<Record<string, string>> | undefined): ReadonlyMap<string, string> {
  if (values === undefined) return NO_ENTRIES;
  const entries = new Map<string, string>();
  for (const key in values) {
    if (entries.size >= CONDITION_LIMITS.factEntries) break;
    entries.set(key, text(values[key]));
  }
  return entries;
}

function whole(value: number | undefined): bigint {
  return value === undefined || !Number.isFinite(value) ? 0n : BigInt(Math.trunc(value));
}
