import { MODALITIES, OPERATIONS, TASKS } from '#libs/contracts';

/** CEL types of the members of `request`. */
export const REQUEST_TYPES = {
  model: 'string',
  operation: 'string',
  dialect: 'string',
  lane: 'string',
  task: 'string',
  language: 'string',
  promptTokens: 'int',
  maxCompletionTokens: 'int',
  expectedCompletionTokens: 'int',
  stream: 'bool',
  usesTools: 'bool',
  jsonSchema: 'bool',
  modalities: 'list<string>',
  user: 'string',
  tier: 'string',
  tags: 'list<string>',
  metadata: 'map<string, string>',
  session: 'string',
  difficulty: 'double',
  organization: 'string',
  project: 'string',
  key: 'string',
} as const;

/** CEL types of the members of `now`. */
export const NOW_TYPES = { hour: 'int', minute: 'int', weekday: 'int', date: 'string' } as const;

/** CEL types of the members of `budget`. */
export const BUDGET_TYPES = { usedShare: 'double' } as const;

/** Name of a member of `request`, as `referencedFacts` tells them. */
export type RequestFactName = keyof typeof REQUEST_TYPES;

/** The variables a condition may name, each with its members. */
export const DECLARED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  request: REQUEST_TYPES,
  now: NOW_TYPES,
  budget: BUDGET_TYPES,
};

/** Every name that a condition can be about, in full: `request.model`, `now.hour` and so on. */
export const FACT_PATHS: readonly string[] = Object.entries(DECLARED).flatMap(([root, members]) =>
  Object.keys(members).map((member) => `${root}.${member}`),
);

const numbers = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => String(first + index));

/**
 * The facts that take a value of a closed list only, by their full name: a comparison with any other value is a mistake that
 * can be told when the policy is saved. The empty text stands for a task that was not looked for.
 */
export const CLOSED_VALUES: Readonly<Record<string, readonly string[]>> = {
  'request.lane': ['interactive', 'durable'],
  'request.operation': OPERATIONS,
  'request.task': [...TASKS, ''],
  'request.modalities': MODALITIES,
  'now.weekday': numbers(1, 7),
  'now.hour': numbers(0, 23),
  'now.minute': numbers(0, 59),
};
