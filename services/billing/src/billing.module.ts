import { Module } from '@nestjs/common';
import { Stream } from '#libs/contracts';
import { StorageModule } from '#libs/storage';
import { AnswerBudgetsController } from './answer-budgets/answer-budgets.controller.js';
import { AnswerBudgetsHandler } from './answer-budgets/answer-budgets.handler.js';
import { AnswerCostsController } from './answer-costs/answer-costs.controller.js';
import { AnswerCostsHandler } from './answer-costs/answer-costs.handler.js';
import { CostsRepository } from './answer-costs/costs.repository.js';
import { AnswerUsageController } from './answer-usage/answer-usage.controller.js';
import { AnswerUsageHandler } from './answer-usage/answer-usage.handler.js';
import { UsageRepository } from './answer-usage/usage.repository.js';
import { billingSchema } from './billing.schema.js';
import { GrantCreditHandler } from './grant-credit/grant-credit.handler.js';
import { KnownBudgets } from './know-budgets/known-budgets.js';
import { LedgerAccounts } from './keep-ledger/ledger-accounts.repository.js';
import { LedgerNumbers } from './keep-ledger/ledger-numbers.repository.js';
import { LeaseBudgetController } from './lease-budget/lease-budget.controller.js';
import { LeaseBudgetHandler } from './lease-budget/lease-budget.handler.js';
import { ReconcileCostsController } from './reconcile-costs/reconcile-costs.controller.js';
import { ReconcileCostsHandler } from './reconcile-costs/reconcile-costs.handler.js';
import { ReservationsRepository } from './lease-budget/reservations.repository.js';
import { HeldRequestsRepository } from './place-hold/held-requests.repository.js';
import { DrawInvoiceController } from './draw-invoice/draw-invoice.controller.js';
import { DrawInvoiceHandler } from './draw-invoice/draw-invoice.handler.js';
import { InvoicesRepository } from './draw-invoice/invoices.repository.js';
import { PlaceHoldController } from './place-hold/place-hold.controller.js';
import { PlaceHoldHandler } from './place-hold/place-hold.handler.js';
import { NoteChargesHandler } from './note-charges/note-charges.handler.js';
import { StoredChargesRepository } from './note-charges/stored-charges.repository.js';
import { ChargesRepository } from './price-call/charges.repository.js';
import { PriceBook } from './price-call/price-book.js';
import { PriceCallConsumer } from './price-call/price-call.consumer.js';
import { KeepSupersededHandler } from './keep-superseded/keep-superseded.handler.js';
import { SupersededCallsRepository } from './keep-superseded/superseded-calls.repository.js';
import { PriceCallHandler } from './price-call/price-call.handler.js';
import { PriceVersionsRepository } from './price-call/price-versions.repository.js';
import { SummedDaysRepository } from './sum-up-days/summed-days.repository.js';
import { SumUpDaysRunner } from './sum-up-days/sum-up-days.runner.js';
import { SweepLeasesRunner } from './sweep-leases/sweep-leases.runner.js';
import { VerifyLedgerHandler } from './verify-ledger/verify-ledger.handler.js';
import { BudgetNotices } from './watch-budgets/budget-notices.js';
import { BudgetWatch } from './watch-budgets/budget-watch.js';
import { LoweredBudgets } from './watch-budgets/lowered-budgets.js';
import { PromptRatios } from './watch-budgets/prompt-ratios.js';

const DAY_MILLISECONDS = 24 * 60 * 60_000;

@Module({
  imports: [
    StorageModule.forService({
      ...billingSchema,
      inboxKeepMilliseconds: Stream.results.maxAgeMilliseconds + DAY_MILLISECONDS,
    }),
  ],
  controllers: [
    PriceCallConsumer,
    AnswerUsageController,
    AnswerCostsController,
    DrawInvoiceController,
    ReconcileCostsController,
    LeaseBudgetController,
    PlaceHoldController,
    AnswerBudgetsController,
  ],
  providers: [
    PriceCallHandler,
    NoteChargesHandler,
    StoredChargesRepository,
    KeepSupersededHandler,
    SupersededCallsRepository,
    PriceBook,
    ChargesRepository,
    LedgerAccounts,
    LedgerNumbers,
    KnownBudgets,
    ReservationsRepository,
    LeaseBudgetHandler,
    PlaceHoldHandler,
    AnswerBudgetsHandler,
    GrantCreditHandler,
    VerifyLedgerHandler,
    HeldRequestsRepository,
    SweepLeasesRunner,
    SummedDaysRepository,
    SumUpDaysRunner,
    BudgetNotices,
    BudgetWatch,
    LoweredBudgets,
    PromptRatios,
    PriceVersionsRepository,
    AnswerUsageHandler,
    UsageRepository,
    AnswerCostsHandler,
    CostsRepository,
    DrawInvoiceHandler,
    InvoicesRepository,
    ReconcileCostsHandler,
  ],
})
export class BillingModule {}
