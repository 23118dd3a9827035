import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import {
  budgetGrantReplySchema,
  budgetListReplySchema,
  ledgerVerifyReplySchema,
  Subject,
  type BudgetRecord,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { formatUsd, parseUsd } from '#libs/pricing';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readJson } from '../http/read-json.js';

/** Every charge is derived again; of millions of them that takes its time. */
const VERIFY_MILLISECONDS = 10 * 60_000;

const usd = z.string().transform((text, context) => {
  try {
    return parseUsd(text, 'a grant').toString();
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});
const grantBody = z.strictObject({
  id: z.string().min(8).max(100),
  budget: z.string().min(1).max(300),
  amount_usd: usd,
  end_user: z.string().max(512).optional(),
  note: z.string().max(500).optional(),
});

/** Budgets as they stand, credits, and the proof that the books are right. */
@Controller()
export class BudgetsController {
  constructor(private readonly messaging: Messaging) {}

  @Get('v1/budgets')
  @Permit('read', 'Budget')
  async list(@Req() { caller }: AuthenticatedRequest): Promise<unknown> {
    const { budgets } = await this.messaging.ask(Subject.budgetList, { caller }, budgetListReplySchema);
    return { object: 'list', data: budgets.map(budgetObject) };
  }

  @Post('admin/v1/credits')
  @HttpCode(200)
  @Permit('update', 'Operations')
  async grant(@Req() { caller }: AuthenticatedRequest, @Body() body: unknown): Promise<unknown> {
    const { id, budget, amount_usd: nanoUsd, end_user: subject = '', note } = readJson(body, grantBody);
    const query = { caller, id, budget, subject, nanoUsd, note };
    const { isNew, state } = await this.messaging.ask(Subject.budgetGrant, query, budgetGrantReplySchema);
    return {
      object: 'credit',
      id,
      budget,
      is_new: isNew,
      limit_usd: formatUsd(BigInt(state.limitNanoUsd)),
      used_usd: formatUsd(BigInt(state.postedNanoUsd)),
    };
  }

  @Post('admin/v1/ledger/verify')
  @HttpCode(200)
  @Permit('read', 'Operations')
  async verify(@Req() { caller }: AuthenticatedRequest): Promise<unknown> {
    const reply = await this.messaging.ask(
      Subject.ledgerVerify,
      { caller },
      ledgerVerifyReplySchema,
      VERIFY_MILLISECONDS,
    );
    return { object: 'ledger.verification', is_sound: reply.findings.length === 0, ...reply };
  }
}

function budgetObject(budget: BudgetRecord) {
  const [limit, used, held] = [budget.limitNanoUsd, budget.postedNanoUsd, budget.heldNanoUsd].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ];
  return {
    object: 'budget',
    id: budget.id,
    organization: budget.organization,
    project: budget.project ?? null,
    key: budget.key ?? null,
    end_user: budget.endUser ?? null,
    period: budget.period,
    time_zone: budget.timeZone,
    on_exceeded: budget.onExceeded,
    limit_usd: formatUsd(limit),
    used_usd: formatUsd(used),
    held_usd: formatUsd(held),
    remaining_usd: formatUsd(limit > used + held ? limit - used - held : 0n),
    granted_usd: formatUsd(BigInt(budget.grantedNanoUsd)),
    overrun_usd: formatUsd(BigInt(budget.overrunNanoUsd)),
    starts_at: budget.startsAt === undefined ? null : Math.floor(budget.startsAt / 1_000),
    resets_at: budget.resetsAt === undefined ? null : Math.floor(budget.resetsAt / 1_000),
  };
}
