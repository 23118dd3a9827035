import type { AuditNoted, BudgetEntry, NotificationRaised, Snapshot } from '#libs/contracts';
import type { DurablePublisher, KeyBucket, Messaging, SnapshotStore, SnapshotWatch } from '#libs/messaging';
import { priceVersionOf, type TokenPrices } from '#libs/pricing';
import type { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { KnownBudgets } from './know-budgets/known-budgets.js';
import { LedgerNumbers } from './keep-ledger/ledger-numbers.repository.js';
import { LedgerAccounts } from './keep-ledger/ledger-accounts.repository.js';
import { LeaseBudgetHandler } from './lease-budget/lease-budget.handler.js';
import { ReservationsRepository } from './lease-budget/reservations.repository.js';
import { KeepSupersededHandler } from './keep-superseded/keep-superseded.handler.js';
import { SupersededCallsRepository } from './keep-superseded/superseded-calls.repository.js';
import { NoteChargesHandler } from './note-charges/note-charges.handler.js';
import { StoredChargesRepository } from './note-charges/stored-charges.repository.js';
import { HeldRequestsRepository } from './place-hold/held-requests.repository.js';
import { PlaceHoldHandler } from './place-hold/place-hold.handler.js';
import { ChargesRepository } from './price-call/charges.repository.js';
import { PriceBook } from './price-call/price-book.js';
import { PriceCallHandler } from './price-call/price-call.handler.js';
import { PriceVersionsRepository } from './price-call/price-versions.repository.js';
import { BudgetNotices } from './watch-budgets/budget-notices.js';
import { LoweredBudgets } from './watch-budgets/lowered-budgets.js';
import { BudgetWatch } from './watch-budgets/budget-watch.js';
import { PromptRatios } from './watch-budgets/prompt-ratios.js';

const log = createLogger({ service: 'test', level: 'silent' });

/** A configuration that a test publishes piece by piece, as the bucket keeps it. */
export class TestSnapshots implements Pick<SnapshotWatch, 'current' | 'onChange'>, Pick<SnapshotStore, 'history'> {
  private readonly listeners: ((snapshot: Snapshot) => void)[] = [];
  current: Snapshot | undefined;
  /** What the bucket keeps. */
  kept: Snapshot[] = [];
  isOutOfReach = false;

  async history(): Promise<Snapshot[]> {
    if (this.isOutOfReach) throw new Error('NATS is out of reach');
    return this.kept;
  }

  onChange(listener: (snapshot: Snapshot) => void): void {
    this.listeners.push(listener);
    if (this.current) listener(this.current);
  }

  /** Puts prices in force, the second ones for calls through the provider's own batch interface. */
  publish(amounts: TokenPrices, batchAmounts?: TokenPrices): string {
    const price = { ...amounts, version: priceVersionOf(amounts, 'main', 'gpt-4.1-mini') };
    const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 };
    const batchPrice = batchAmounts && {
      ...batchAmounts,
      version: priceVersionOf(batchAmounts, 'main', 'gpt-4.1-mini'),
    };
    const target = {
      provider: 'main',
      model: 'gpt-4.1-mini',
      priority: 1,
      weight: 1,
      price,
      ...(batchPrice && { batchPrice }),
    };
    const models = [{ name: 'gpt-small', strategy: 'priority' as const, timeouts, targets: [target] }];
    this.put({ models });
    return price.version;
  }

  /** Puts these budgets, or whatever else, in force beside what is. */
  put(changes: Partial<Snapshot>): void {
    const before = this.current ?? { version: 1, revision: 1, createdAt: 0, providers: [], models: [], keys: [] };
    this.current = { ...before, ...changes };
    this.kept.push(this.current);
    for (const listener of this.listeners) listener(this.current);
  }
}

/** The budgets that a test publishes; no key of the API has any. */
export function knownBudgets(snapshots: TestSnapshots): KnownBudgets {
  const silent = (): void => undefined;
  const noKeys = { onChange: silent, onNameChange: silent, start: silent } as unknown as KeyBucket;
  return new KnownBudgets(snapshots as unknown as SnapshotWatch, noKeys);
}

/** Billing without Nest and NATS, and what it publishes. */
export interface BillingForTests {
  readonly charging: PriceCallHandler;
  readonly leasing: LeaseBudgetHandler;
  readonly holding: PlaceHoldHandler;
  readonly reservations: ReservationsRepository;
  readonly notifications: NotificationRaised[];
  readonly lowered: LoweredBudgets;
  readonly recalls: string[];
  /** What the trail was told of charges. */
  readonly noted: AuditNoted[];
}

export function startBilling(database: Database, snapshots: TestSnapshots): BillingForTests {
  const watch = snapshots as unknown as SnapshotWatch;
  const notifications: NotificationRaised[] = [];
  const recalls: string[] = [];
  const publish = async (_subject: string, text: string): Promise<void> => {
    notifications.push(JSON.parse(text) as NotificationRaised);
  };
  const messaging = { publish: (_subject: string, text: string) => recalls.push(text) } as unknown as Messaging;
  const notices = new BudgetNotices({ publish } as unknown as DurablePublisher, log);
  const ratios = new PromptRatios();
  const accounts = new LedgerAccounts(database);
  const reservations = new ReservationsRepository(database, accounts);
  const book = new PriceBook(snapshots, snapshots, new PriceVersionsRepository(database), log);
  book.onModuleInit();
  const charges = new ChargesRepository(database, accounts, new LedgerNumbers(database));
  const known = knownBudgets(snapshots);
  const held = new HeldRequestsRepository(known, database);
  const leasing = new LeaseBudgetHandler(known, reservations, messaging, notices, ratios);
  const budgets = new BudgetWatch(known, database, notices, log);
  const lowered = new LoweredBudgets(known, database, notices, messaging, log);
  const noted: AuditNoted[] = [];
  const noting = { publish: async (_subject: string, text: string) => void noted.push(JSON.parse(text) as AuditNoted) };
  const notes = new NoteChargesHandler(new StoredChargesRepository(database), noting as unknown as DurablePublisher);
  const superseded = new KeepSupersededHandler(book, new SupersededCallsRepository(database, accounts), log);
  return {
    charging: new PriceCallHandler(book, charges, held, budgets, ratios, superseded, notes, log, watch),
    leasing,
    holding: new PlaceHoldHandler(database, accounts, leasing),
    reservations,
    notifications,
    lowered,
    recalls,
    noted,
  };
}

/** A monthly budget of the organisation `demo`, with whatever a test changes. */
export function buildBudget(changes: Partial<BudgetEntry> = {}): BudgetEntry {
  return {
    id: 'demo:month',
    organization: 'demo',
    limitNanoUsd: '1000000',
    period: 'month',
    timeZone: 'UTC',
    alertAt: [],
    onExceeded: { kind: 'refuse' },
    ...changes,
  };
}
