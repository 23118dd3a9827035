import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  budgetListReplySchema,
  issuedKeySchema,
  keyObjectSchema,
  keyRevokedSchema,
  slug,
  Subject,
  usageReportReplySchema,
  type BudgetRecord,
  type Caller,
  type KeyObject,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import { DocumentsDoor } from '../administer/documents-door.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { KeyRing } from '../authenticate/key-ring.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields, readJson } from '../http/read-json.js';
import { allowanceFields, allowancesOf, LITELLM_BUDGET, toldBudget } from './litellm-allowances.js';
import { unknownTo } from './unknown-fields.js';

const NANO_PER_USD = 1e9;
const MILLISECONDS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SCOPES = {
  llm_api: ['inference', 'batches'],
  management: ['management'],
  read_only: ['read-only'],
  default: undefined,
} as const;

const text = z.string().min(1).max(200);
const duration = z.string().regex(/^[1-9]\d{0,5}[smhd]$/, 'must be a duration such as 30d, 12h or 45m');
const generateFields = z.looseObject({
  key_alias: slug.optional(),
  team_id: slug.optional(),
  organization_id: slug.optional(),
  duration: duration.optional(),
  models: z.array(text).max(100).optional(),
  key_type: z.enum(['llm_api', 'management', 'read_only', 'default']).default('default'),
  ...allowanceFields,
});
const updateFields = z.looseObject({
  key: z.string().min(1).max(512),
  duration: duration.optional(),
  models: z.array(text).max(100).optional(),
  ...allowanceFields,
});
const deleteFields = z.object({ keys: z.array(z.string().min(1).max(512)).min(1).max(100) });
const infoQuery = z.object({ key: z.string().min(1).max(512).optional() });
const teamFields = z.looseObject({
  team_alias: text.optional(),
  team_id: slug.optional(),
  organization_id: slug.optional(),
  ...allowanceFields,
});

/**
 * LiteLLM's addresses for keys and teams, as scripts use them: a team is a project. Fields without a counterpart are ignored, which
 * the answer tells, but for those that would bound what may be spent or asked for: these are refused.
 */
@Controller()
export class LitellmKeysController {
  constructor(
    private readonly messaging: Messaging,
    private readonly keys: KeyRing,
    private readonly documents: DocumentsDoor,
  ) {}

  @Post('key/generate')
  @HttpCode(200)
  @Permit('create', 'Key')
  @Describe({ summary: 'Make a key, as LiteLLM does', body: generateFields })
  async generate(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const fields = readJson(body, generateFields);
    const {
      key_alias: alias,
      team_id: project = caller.project,
      organization_id: organization = caller.organization,
    } = fields;
    const ignored = unknownTo(generateFields, fields);
    const scopes = SCOPES[fields.key_type];
    const made = await this.messaging.ask(
      Subject.keyIssue,
      {
        caller,
        organization,
        fields: {
          project,
          name: alias ?? `key-${Date.now().toString(36)}`,
          ...(fields.models && fields.models.length > 0 ? { models: fields.models } : {}),
          ...(scopes ? { scopes } : {}),
          ...withoutNull(allowancesOf(fields)),
          ...expiryOf(fields),
        },
      },
      issuedKeySchema,
    );
    reply.header('cache-control', 'no-store');
    return {
      key: made.key,
      key_name: made.hint,
      token_id: made.id,
      expires: made.expiresAt,
      ...litellmKey(made),
      ...ignored,
    };
  }

  @Post('key/update')
  @HttpCode(200)
  @Permit('update', 'Key')
  @Describe({
    summary: 'Change the models, the time, the budget and the limits of a key, as LiteLLM does',
    body: updateFields,
  })
  async update(@Req() { caller, body }: AuthenticatedRequest): Promise<object> {
    const fields = readJson(body, updateFields);
    const ignored = unknownTo(updateFields, fields);
    const found = await this.find(caller, fields.key);
    const models = fields.models && { models: fields.models.length > 0 ? fields.models : null };
    const changed = await this.messaging.ask(
      Subject.keyUpdate,
      {
        caller,
        organization: found.organization,
        id: found.id,
        fields: { ...models, ...expiryOf(fields), ...allowancesOf(fields, found) },
        ifMatch: found.etag,
      },
      keyObjectSchema,
    );
    return { key: changed.id, ...litellmKey(changed), ...ignored };
  }

  @Get('key/info')
  @Permit('read', 'Key')
  @Describe({ summary: 'What is known of a key, as LiteLLM tells it', query: infoQuery })
  async info(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    const { key } = readFields(query, infoQuery);
    if (key === undefined) throw new DialectError(400, 'missing_key', 'Name the key: /key/info?key=…', 'key');
    const found = await this.find(caller, key);
    const record = await this.standing(caller, found);
    const spend = record ? record.postedNanoUsd : await this.spent(caller, found);
    return {
      key: found.id,
      info: {
        ...litellmKey(found, record),
        spend: Number(spend) / NANO_PER_USD,
        expires: found.expiresAt,
        blocked: found.status === 'revoked',
      },
    };
  }

  @Post('key/delete')
  @HttpCode(200)
  @Permit('delete', 'Key')
  @Describe({ summary: 'Revoke keys, as LiteLLM does', body: deleteFields })
  async remove(@Req() { caller, body }: AuthenticatedRequest): Promise<object> {
    const { keys } = readJson(body, deleteFields);
    const found = await Promise.all(keys.map((key) => this.find(caller, key)));
    for (const { organization, id } of found)
      await this.messaging.ask(Subject.keyRevoke, { caller, organization, id }, keyRevokedSchema);
    return { deleted_keys: keys.map((_key, index) => found[index]?.id) };
  }

  @Post('team/new')
  @HttpCode(200)
  @Permit('create', 'Project')
  @Describe({ summary: 'Make a project, as LiteLLM makes a team', body: teamFields })
  async team(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const fields = readJson(body, teamFields);
    const ignored = unknownTo(teamFields, fields);
    const { team_alias: alias, team_id: id, organization_id: organization = caller.organization } = fields;
    const name =
      id ??
      slug.safeParse(alias?.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '-')).data ??
      `team-${Date.now().toString(36)}`;
    const allowances = withoutNull(allowancesOf(fields));
    const document = { ...(alias === undefined ? {} : { displayName: alias }), ...allowances };
    await this.documents.change({ caller, kind: 'project', organization }, { name, action: 'create', document }, reply);
    return {
      team_id: name,
      team_alias: alias ?? name,
      organization_id: organization,
      members_with_roles: [],
      ...toldBudget(allowances, undefined),
      ...ignored,
    };
  }

  /** How the budget that `max_budget` made stands, where the key has one and the caller may see it. */
  private async standing(caller: Caller, found: KeyObject): Promise<BudgetRecord | undefined> {
    if (!found.budgets?.some(({ name }) => name === LITELLM_BUDGET)) return undefined;
    const { budgets } = await this.messaging.ask(Subject.budgetList, { caller }, budgetListReplySchema);
    return budgets.find(
      ({ id, key, project, organization }) =>
        id.endsWith(`:${LITELLM_BUDGET}`) &&
        key === found.name &&
        project === found.project &&
        organization === found.organization,
    );
  }

  /** All that was ever charged for calls with keys of this name, in nano-USD. */
  private async spent(caller: Caller, { organization, project, name }: KeyObject): Promise<string> {
    const query = { caller, groupBy: ['key' as const], only: { organization, project, key: name } };
    const { rows } = await this.messaging.ask(Subject.usageReport, query, usageReportReplySchema);
    return rows.reduce((sum, { costNanoUsd }) => sum + BigInt(costNanoUsd), 0n).toString();
  }

  /** By the key itself, or by its id. */
  private async find(caller: Caller, key: string): Promise<KeyObject> {
    if (/^(key|file)_[0-9a-f]{24}$/.test(key))
      return this.messaging.ask(
        Subject.keyRead,
        { caller, organization: caller.organization, id: key },
        keyObjectSchema,
      );
    return this.messaging.ask(Subject.keyFind, { caller, hash: this.keys.hashOf(key) }, keyObjectSchema);
  }
}

function litellmKey(key: KeyObject, record?: BudgetRecord): object {
  const { name, project, organization, models = [], createdAt, budgets, limits } = key;
  return {
    key_alias: name,
    team_id: project,
    organization_id: organization,
    models,
    created_at: createdAt,
    ...toldBudget({ budgets, limits }, record),
  };
}

/** What is made has nothing yet that could be taken away. */
function withoutNull<Value>(fields: { readonly [Name in keyof Value]: Value[Name] }): {
  [Name in keyof Value]?: NonNullable<Value[Name]>;
} {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as { [Name in keyof Value]?: NonNullable<Value[Name]> };
}

/** A duration counts from now. */
function expiryOf({ duration: given }: { readonly duration?: string | undefined }): { expiresAt?: string } {
  if (given === undefined) return {};
  const milliseconds = Number(given.slice(0, -1)) * (MILLISECONDS[given.slice(-1)] ?? 0);
  return { expiresAt: new Date(Date.now() + milliseconds).toISOString() };
}
