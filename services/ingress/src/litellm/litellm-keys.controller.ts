import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  issuedKeySchema,
  keyObjectSchema,
  keyRevokedSchema,
  slug,
  Subject,
  type Caller,
  type KeyObject,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import { BudgetWarnings } from '../administer/budget-warnings.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { KeyRing } from '../authenticate/key-ring.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields, readJson } from '../http/read-json.js';
import { allowanceFields, allowancesOf, withoutNull } from './litellm-allowances.js';
import { litellmKey } from './litellm-key.js';
import { LitellmStandings } from './litellm-standings.js';
import { unknownTo } from './unknown-fields.js';

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

/**
 * LiteLLM's addresses for keys, as scripts use them. Fields without a counterpart are ignored, which
 * the answer tells, but for those that would bound what may be spent or asked for: these are refused.
 */
@Controller()
export class LitellmKeysController {
  constructor(
    private readonly messaging: Messaging,
    private readonly keys: KeyRing,
    private readonly standings: LitellmStandings,
    private readonly warnings: BudgetWarnings,
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
    const allowances = allowancesOf(fields, found);
    const changed = await this.messaging.ask(
      Subject.keyUpdate,
      {
        caller,
        organization: found.organization,
        id: found.id,
        fields: { ...models, ...expiryOf(fields), ...allowances },
        ifMatch: found.etag,
      },
      keyObjectSchema,
    );
    const warned = allowances.budgets ? await this.warnings.afterKey(changed, caller) : {};
    return { key: changed.id, ...litellmKey(changed), ...ignored, ...warned };
  }

  @Get('key/info')
  @Permit('read', 'Key')
  @Describe({ summary: 'What is known of a key, as LiteLLM tells it', query: infoQuery })
  async info(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    const { key } = readFields(query, infoQuery);
    if (key === undefined) throw new DialectError(400, 'missing_key', 'Name the key: /key/info?key=…', 'key');
    const found = await this.find(caller, key);
    const { organization, project, name, budgets } = found;
    const { spend, record } = await this.standings.of(caller, { organization, project, key: name }, budgets);
    return {
      key: found.id,
      info: {
        ...litellmKey(found, record),
        spend,
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

/** A duration counts from now. */
function expiryOf({ duration: given }: { readonly duration?: string | undefined }): { expiresAt?: string } {
  if (given === undefined) return {};
  const milliseconds = Number(given.slice(0, -1)) * (MILLISECONDS[given.slice(-1)] ?? 0);
  return { expiresAt: new Date(Date.now() + milliseconds).toISOString() };
}
