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
import { DocumentsDoor } from '../administer/documents-door.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { KeyRing } from '../authenticate/key-ring.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields, readJson } from '../http/read-json.js';

const MILLISECONDS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SCOPES = {
  llm_api: ['inference', 'batches'],
  management: ['management'],
  read_only: ['read-only'],
  default: undefined,
} as const;

const text = z.string().min(1).max(200);
const generateFields = z.object({
  key_alias: slug.optional(),
  team_id: slug.optional(),
  organization_id: slug.optional(),
  duration: z
    .string()
    .regex(/^[1-9]\d{0,5}[smhd]$/, 'must be a duration such as 30d, 12h or 45m')
    .optional(),
  models: z.array(text).max(100).optional(),
  key_type: z.enum(['llm_api', 'management', 'read_only', 'default']).default('default'),
});
const deleteFields = z.object({ keys: z.array(z.string().min(1).max(512)).min(1).max(100) });
const infoQuery = z.object({ key: z.string().min(1).max(512).optional() });
const teamFields = z.object({
  team_alias: text.optional(),
  team_id: slug.optional(),
  organization_id: slug.optional(),
});

/** LiteLLM's addresses for keys and teams, as scripts use them: a team is a project. Fields without a counterpart are ignored. */
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
          ...(fields.duration === undefined
            ? {}
            : { expiresAt: new Date(Date.now() + millisecondsOf(fields.duration)).toISOString() }),
        },
      },
      issuedKeySchema,
    );
    reply.header('cache-control', 'no-store');
    return { key: made.key, key_name: made.hint, token_id: made.id, expires: made.expiresAt, ...litellmKey(made) };
  }

  @Get('key/info')
  @Permit('read', 'Key')
  @Describe({ summary: 'What is known of a key, as LiteLLM tells it', query: infoQuery })
  async info(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<object> {
    const { key } = readFields(query, infoQuery);
    if (key === undefined) throw new DialectError(400, 'missing_key', 'Name the key: /key/info?key=…', 'key');
    const found = await this.find(caller, key);
    return {
      key: found.id,
      info: { ...litellmKey(found), expires: found.expiresAt, blocked: found.status === 'revoked' },
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
    const {
      team_alias: alias,
      team_id: id,
      organization_id: organization = caller.organization,
    } = readJson(body, teamFields);
    const name =
      id ??
      slug.safeParse(alias?.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '-')).data ??
      `team-${Date.now().toString(36)}`;
    const document = alias === undefined ? {} : { displayName: alias };
    await this.documents.change({ caller, kind: 'project', organization }, { name, action: 'create', document }, reply);
    return { team_id: name, team_alias: alias ?? name, organization_id: organization, members_with_roles: [] };
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

function litellmKey({ name, project, organization, models = [], createdAt }: KeyObject): object {
  return { key_alias: name, team_id: project, organization_id: organization, models, created_at: createdAt };
}

function millisecondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * (MILLISECONDS[duration.slice(-1)] ?? 0);
}
