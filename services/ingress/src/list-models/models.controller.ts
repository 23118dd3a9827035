import { Controller, Get, Headers, Param, Query, Req } from '@nestjs/common';
import type { Caller, ModelEntry } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { SnapshotWatch } from '#libs/messaging';
import { denialOf, resolveModel } from '#libs/routing';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { KeyRing } from '../authenticate/key-ring.js';
import { Permit } from '../authenticate/permit.js';
import {
  anthropicModel,
  anthropicModelPage,
  type AnthropicModel,
  type AnthropicModelPage,
} from './anthropic-models.policy.js';
import { knownLimits, type KnownLimits } from './known-limits.policy.js';

/** Sent by Anthropic's clients with every request, and by nobody else. */
const ANTHROPIC_VERSION = 'anthropic-version';

/** A model in OpenAI's form, and what is known of its limits. */
interface ModelObject extends KnownLimits {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
}

/** `GET /v1/models` and `GET /v1/models/{id}`: the models that the caller may use, in OpenAI's form or Anthropic's; the admin key sees all. */
@Controller('v1/models')
@Permit('read', 'Model')
export class ModelsController {
  constructor(
    private readonly watch: SnapshotWatch,
    private readonly keys: KeyRing,
  ) {}

  @Get()
  list(
    @Req() { caller }: AuthenticatedRequest,
    @Headers(ANTHROPIC_VERSION) version: string | undefined,
    @Query() query: Record<string, unknown>,
  ): { object: 'list'; data: ModelObject[] } | AnthropicModelPage {
    const { models, createdAt } = this.models(caller);
    if (version === undefined) return { object: 'list', data: models.map((model) => modelObject(model, createdAt)) };
    const page = anthropicModelPage(
      models.map(({ name }) => anthropicModel(name, createdAt)),
      {
        ...textOf(query, 'limit'),
        ...textOf(query, 'after_id'),
        ...textOf(query, 'before_id'),
      },
    );
    if (typeof page !== 'string') return page;
    throw new DialectError(
      400,
      'invalid_value',
      `'${page}' names no model of this list; leave it out to begin anew.`,
      page,
    );
  }

  @Get('*')
  retrieve(
    @Req() { caller }: AuthenticatedRequest,
    @Param('*') id: string,
    @Headers(ANTHROPIC_VERSION) version: string | undefined,
  ): ModelObject | AnthropicModel {
    const { models, createdAt } = this.models(caller);
    const model = resolveModel(id, new Map(models.map((entry) => [entry.name, entry])))?.model;
    if (!model) throw new DialectError(404, 'model_not_found', `The model '${id}' does not exist here.`, 'model');
    return version === undefined ? { ...modelObject(model, createdAt), id } : anthropicModel(id, createdAt);
  }

  private models(caller: Caller): { models: readonly ModelEntry[]; createdAt: number } {
    const { models = [], createdAt = 0 } = this.watch.current ?? {};
    const visible = caller.admin ? models : models.filter(({ routing }) => !denialOf(routing?.access, caller));
    const { models: allowed, plan } = this.keys.allowanceOf(caller) ?? {};
    const named = allowed ? visible.filter(({ name }) => allowed.includes(name)) : visible;
    return { models: plan?.withoutAuto ? named.filter(({ auto }) => !auto) : named, createdAt };
  }
}

function modelObject(model: ModelEntry, createdAt: number): ModelObject {
  const created = Math.floor(createdAt / 1_000);
  return { id: model.name, object: 'model', created, owned_by: 'switchyard', ...knownLimits(model) };
}

/** A parameter of the query; one that is sent twice is none. */
function textOf<Name extends string>(query: Record<string, unknown>, name: Name): { [Key in Name]?: string } {
  const value = query[name];
  return (typeof value === 'string' ? { [name]: value } : {}) as { [Key in Name]?: string };
}
