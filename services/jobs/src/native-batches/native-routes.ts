import { Injectable } from '@nestjs/common';
import type { Facts, RoutingSlip, Snapshot, TargetEntry } from '#libs/contracts';
import { GuardTable } from '#libs/guards';
import { KeyBucket, SnapshotWatch } from '#libs/messaging';
import { Allowances, KeyPolicies } from '#libs/permission';
import {
  modelsNamedBy,
  NoEligibleTarget,
  planRoute,
  resolveModel,
  routingTable,
  type RoutingTable,
} from '#libs/routing';
import { mayGoNative, nativeTargetOf, type NativeTarget } from './native-target.policy.js';

/** Knows from the configuration which lines may go to batch APIs of providers. */
@Injectable()
export class NativeRoutes {
  /** Absent where the configuration lets no line go there, which is the usual case. */
  private table: RoutingTable | undefined;
  private entries: readonly TargetEntry[] = [];
  private guards = new GuardTable({});
  private readonly allowances = new Allowances();
  private readonly keyPolicies = new KeyPolicies();

  constructor(watch: SnapshotWatch, keys: KeyBucket) {
    watch.onChange((snapshot) => this.follow(snapshot));
    keys.onNameChange((entry) => {
      this.allowances.followKey(entry);
      this.keyPolicies.followKey(entry);
    });
  }

  get revision(): number {
    return this.table?.revision ?? 0;
  }

  /** Whether any of so many lines for this model, or for several, could go. */
  mayGo(model: string | null, leftMilliseconds: number, lines: number): boolean {
    if (!this.table) return false;
    const targets = model === null ? this.entries : (resolveModel(model, this.table.models)?.model.targets ?? []);
    // A model that stands for others has no targets itself.
    return mayGoNative(targets.length === 0 ? this.entries : targets, leftMilliseconds, lines);
  }

  /** Where a line goes, and the plan that says so; undefined where it goes online. */
  of(facts: Facts, leftMilliseconds: number): (NativeTarget & { readonly slip: RoutingSlip }) | undefined {
    if (!this.table) return undefined;
    const keyPolicy = this.keyPolicies.of(facts);
    const models = modelsNamedBy(facts, this.table.models);
    // Whoever batches at the provider sends lines as they are, past the guards.
    if (this.guards.of(facts, models, keyPolicy?.guards).length > 0) return undefined;
    try {
      const allowed = this.allowances.of(facts);
      const bound = { ...facts, ...(keyPolicy ? { keyPolicy } : {}), ...(allowed ? { allowed } : {}) };
      const slip = planRoute(bound, this.table);
      const native = nativeTargetOf({ facts, slip }, this.table, leftMilliseconds);
      return native && { ...native, slip };
    } catch (error) {
      // The router will say so when it comes there.
      if (error instanceof NoEligibleTarget) return undefined;
      throw error;
    }
  }

  private follow(snapshot: Snapshot): void {
    this.entries = snapshot.models.flatMap(({ targets }) => targets.filter(({ nativeBatch }) => nativeBatch));
    this.table = this.entries.length === 0 ? undefined : routingTable(snapshot);
    this.guards = new GuardTable(snapshot);
    this.allowances.follow(snapshot);
  }
}
