import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { keyPageSchema, slug, Subject, type Caller, type KeyObject, type OwnedLimits } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import { BudgetWarnings } from '../administer/budget-warnings.js';
import { DocumentsDoor } from '../administer/documents-door.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields, readJson } from '../http/read-json.js';
import { allowanceFields, allowancesOf, toldBudget, withoutNull } from './litellm-allowances.js';
import { litellmKey } from './litellm-key.js';
import { LitellmStandings, type Standing } from './litellm-standings.js';
import { unknownTo } from './unknown-fields.js';

const KEYS_IN_A_PAGE = 100;
const MOST_PAGES = 10;

const text = z.string().min(1).max(200);
const newFields = z.looseObject({
  team_alias: text.optional(),
  team_id: slug.optional(),
  organization_id: slug.optional(),
  ...allowanceFields,
});
const updateFields = newFields.extend({ team_id: slug });
const infoQuery = z.object({ team_id: slug, organization_id: slug.optional() });

/** A project as the documents of the admin API have it. */
interface Project {
  readonly name: string;
  readonly displayName?: string;
  readonly budgets?: readonly Readonly<Record<string, unknown>>[];
  readonly limits?: OwnedLimits;
  readonly createdAt: string | null;
  readonly etag: string;
}

/** LiteLLM's addresses for teams, as scripts use them: a team is a project. What is ignored and what is refused is as with keys. */
@Controller('team')
export class LitellmTeamsController {
  constructor(
    private readonly messaging: Messaging,
    private readonly documents: DocumentsDoor,
    private readonly standings: LitellmStandings,
    private readonly warnings: BudgetWarnings,
  ) {}

  @Post('new')
  @HttpCode(200)
  @Permit('create', 'Project')
  @Describe({ summary: 'Make a project, as LiteLLM makes a team', body: newFields })
  async create(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const fields = readJson(body, newFields);
    const ignored = unknownTo(newFields, fields);
    const { team_alias: alias, team_id: id, organization_id: organization = caller.organization } = fields;
    const name =
      id ??
      slug.safeParse(alias?.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '-')).data ??
      `team-${Date.now().toString(36)}`;
    const document = { ...named(alias), ...withoutNull(allowancesOf(fields)) };
    const made = await this.documents.change(
      { caller, kind: 'project', organization },
      { name, action: 'create', document },
      reply,
    );
    return { ...teamOf(organization, made as Project), ...ignored };
  }

  @Post('update')
  @HttpCode(200)
  @Permit('update', 'Project')
  @Describe({ summary: 'Change the budget and the limits of a project, as LiteLLM does of a team', body: updateFields })
  async update(
    @Req() { caller, body }: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const fields = readJson(body, updateFields);
    const ignored = unknownTo(updateFields, fields);
    const { team_alias: alias, team_id: name, organization_id: organization = caller.organization } = fields;
    const asked = { caller, kind: 'project' as const, organization };
    const held = (await this.documents.read(asked, name, reply)) as Project;
    const allowances = allowancesOf(fields, held);
    const change = { name, action: 'update' as const, document: { ...named(alias), ...allowances } };
    const { object, revision } = await this.documents.changed(asked, { ...change, ifMatch: held.etag }, reply);
    const warned = allowances.budgets
      ? await this.warnings.after(revision, { organization, project: name }, caller)
      : {};
    return { team_id: name, data: teamOf(organization, object as Project), ...ignored, ...warned };
  }

  @Get('info')
  @Permit('read', 'Project')
  @Describe({ summary: 'What is known of a project, as LiteLLM tells of a team', query: infoQuery })
  async info(
    @Req() { caller }: AuthenticatedRequest,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { team_id: name, organization_id: organization = caller.organization } = readFields(query, infoQuery);
    const project = (await this.documents.read({ caller, kind: 'project', organization }, name, reply)) as Project;
    const [standing, keys] = await Promise.all([
      this.standings.of(caller, { organization, project: name }, project.budgets),
      this.keysOf(caller, organization, name),
    ]);
    return {
      team_id: name,
      team_info: { ...teamOf(organization, project, standing), spend: standing.spend },
      keys: keys.map((key) => ({ token: key.id, key_name: key.hint, expires: key.expiresAt, ...litellmKey(key) })),
      team_memberships: [],
    };
  }

  private async keysOf(caller: Caller, organization: string, project: string): Promise<KeyObject[]> {
    const found: KeyObject[] = [];
    for (let page = 0, after: string | undefined; page < MOST_PAGES; page += 1) {
      const cursor = after === undefined ? {} : { after };
      const query = { caller, organization, project, limit: KEYS_IN_A_PAGE, ...cursor };
      const { keys, hasMore } = await this.messaging.ask(Subject.keyList, query, keyPageSchema);
      found.push(...keys);
      after = keys.at(-1)?.id;
      if (!hasMore) break;
    }
    return found;
  }
}

function named(alias: string | undefined): { displayName?: string } {
  return alias === undefined ? {} : { displayName: alias };
}

function teamOf(organization: string, project: Project, standing?: Standing): object {
  const { name, displayName = name, budgets, limits, createdAt } = project;
  return {
    team_id: name,
    team_alias: displayName,
    organization_id: organization,
    models: [],
    members_with_roles: [],
    blocked: false,
    created_at: createdAt,
    ...toldBudget({ budgets, limits }, standing?.record),
  };
}
