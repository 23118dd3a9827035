import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { MOST_EXPORT_ROWS, reconciliationReplySchema, Subject, type ProviderEntry } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging, SnapshotWatch } from '#libs/messaging';
import { formatUsd } from '#libs/pricing';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readJson } from '../http/read-json.js';
import { readAnthropicExport } from './anthropic-export.js';
import { exportProblem } from './export-problem.js';
import { readOpenAiExport } from './openai-export.js';
import { summedRows } from './summed-rows.policy.js';

const READERS = { openai: readOpenAiExport, anthropic: readAnthropicExport } as const;
const FORMATS = ['openai', 'anthropic'] as const;
const MILLION = 1_000_000;

const reconciliationBody = z.strictObject({
  /** One that is configured, or a kind of provider, which stands for all that are of it. */
  provider: z.string().min(1).max(63),
  /** Whose report it is, where the provider is of another kind than either. */
  format: z.enum(FORMATS).optional(),
  /** The share by which amounts may differ. */
  tolerance: z.number().min(0).max(1).default(0.01),
  /** The file as it is, CSV or JSON. */
  content: z.string().min(1),
});

/** Holds a provider's own report of usage or cost against the calls on record. */
@Controller('admin/v1/reconciliations')
export class ReconciliationsController {
  constructor(
    private readonly messaging: Messaging,
    private readonly watch: SnapshotWatch,
  ) {}

  @Post()
  @HttpCode(200)
  @Permit('read', 'Operations')
  @Describe({
    summary: "Compares a provider's report of usage or cost with what is on record",
    body: reconciliationBody,
  })
  async run(@Req() { caller }: AuthenticatedRequest, @Body() body: unknown): Promise<unknown> {
    const { provider, format, tolerance, content } = readJson(body, reconciliationBody);
    const found = this.find(provider);
    const read = READERS[format ?? formatOf(provider, found)];
    const rows = summedRows(read(content));
    if (rows.length === 0) throw exportProblem({}, 'has no amounts in it.');
    if (rows.length > MOST_EXPORT_ROWS) {
      throw exportProblem({}, `has more than ${MOST_EXPORT_ROWS} days and models; give a shorter time.`);
    }
    const query = { caller, providers: found.map(({ name }) => name), rows };
    const toleranceMillionths = Math.round(tolerance * MILLION);
    const reply = await this.messaging.ask(
      Subject.reconciliationRun,
      { ...query, toleranceMillionths },
      reconciliationReplySchema,
    );
    const usd = ({ what, ours, theirs }: { what: string; ours: string; theirs: string }) =>
      what === 'cost' ? { ours_usd: formatUsd(BigInt(ours)), theirs_usd: formatUsd(BigInt(theirs)) } : {};
    return {
      object: 'reconciliation',
      providers: query.providers,
      from: reply.from,
      to: reply.to,
      tolerance,
      agrees: reply.compared === reply.agreed,
      compared: reply.compared,
      agreed: reply.agreed,
      totals: reply.totals.map((total) => ({ ...total, ...usd(total) })),
      differences: reply.differences.map(({ model = null, ...one }) => ({ ...one, model, ...usd(one) })),
    };
  }

  private find(provider: string): readonly ProviderEntry[] {
    const { providers = [] } = this.watch.current ?? {};
    const named = providers.filter(({ name }) => name === provider);
    const found = named.length > 0 ? named : providers.filter(({ kind }) => kind === provider);
    if (found.length > 0) return found;
    const known = providers.map(({ name }) => name).join(', ');
    const message = `There is no provider '${provider}', and none of that kind; configured are: ${known || 'none'}.`;
    throw new DialectError(404, 'provider_not_found', message, 'provider');
  }
}

function formatOf(provider: string, [found]: readonly ProviderEntry[]): (typeof FORMATS)[number] {
  const format = FORMATS.find((name) => name === found?.kind);
  if (format) return format;
  const message = `'${provider}' is of the kind '${found?.kind ?? ''}': say whose report it is (format: openai or anthropic).`;
  throw new DialectError(400, 'invalid_parameter', message, 'format');
}
