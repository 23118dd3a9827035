/** A model in Anthropic's form. Source: `ModelInfo` of `@anthropic-ai/sdk`. */
export interface AnthropicModel {
  type: 'model';
  id: string;
  display_name: string;
  created_at: string;
}

/** A page of models in Anthropic's form. */
export interface AnthropicModelPage {
  data: AnthropicModel[];
  has_more: boolean;
  first_id: string | null;
  last_id: string | null;
}

/** Which page is asked for; at most one of the ids is given. */
export interface PageQuery {
  limit?: string;
  after_id?: string;
  before_id?: string;
}

const USUAL_LIMIT = 20;
const MOST_LIMIT = 1_000;

/** A model in Anthropic's form. `createdAt` is in milliseconds since the epoch. */
export function anthropicModel(name: string, createdAt: number): AnthropicModel {
  return { type: 'model', id: name, display_name: name, created_at: new Date(createdAt).toISOString() };
}

/**
 * The page that a query asks for: what follows `after_id`, or what comes right before `before_id`. Where it begins at a model that
 * is not in the list, the name of the field that says so.
 */
export function anthropicModelPage(
  models: readonly AnthropicModel[],
  query: PageQuery,
): AnthropicModelPage | 'after_id' | 'before_id' {
  const limit = limitOf(query.limit);
  const unknown = (['before_id', 'after_id'] as const).find((field) => isUnknown(models, query[field]));
  if (unknown) return unknown;
  const before = query.before_id === undefined ? -1 : indexOf(models, query.before_id);
  const start = before >= 0 ? Math.max(0, before - limit) : indexOf(models, query.after_id) + 1;
  const end = before >= 0 ? before : Math.min(models.length, start + limit);
  const data = models.slice(start, end);
  return {
    data,
    has_more: before >= 0 ? start > 0 : end < models.length,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

/** A limit that is none is as good as no limit; the usual one holds. */
function limitOf(text: string | undefined): number {
  const limit = Number(text);
  return Number.isInteger(limit) && limit >= 1 ? Math.min(limit, MOST_LIMIT) : USUAL_LIMIT;
}

function isUnknown(models: readonly AnthropicModel[], id: string | undefined): boolean {
  return id !== undefined && indexOf(models, id) < 0;
}

function indexOf(models: readonly AnthropicModel[], id: string | undefined): number {
  return id === undefined ? -1 : models.findIndex((model) => model.id === id);
}
