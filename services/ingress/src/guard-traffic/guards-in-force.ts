import { Injectable } from '@nestjs/common';
import type { Caller, Facts, GuardEntry, ModelEntry } from '#libs/contracts';
import { GuardTable } from '#libs/guards';
import { KeyBucket, SnapshotWatch } from '#libs/messaging';
import { KeyPolicies } from '#libs/permission';
import { modelsNamedBy } from '#libs/routing';

/** The guards of the configuration in force. */
@Injectable()
export class GuardsInForce {
  private table = new GuardTable({});
  private models: ReadonlyMap<string, ModelEntry> = new Map();
  private readonly ofKeys = new KeyPolicies();

  constructor(watch: SnapshotWatch, keys: KeyBucket) {
    watch.onChange((snapshot) => {
      this.table = new GuardTable(snapshot);
      this.models = new Map(snapshot.models.map((model) => [model.name, model]));
    });
    keys.onNameChange((entry) => this.ofKeys.followKey(entry));
  }

  /** What a request of this caller goes through, in order, by the models that it names. */
  of(caller: Caller, asked: Pick<Facts, 'model' | 'wishes'>): readonly GuardEntry[] {
    return this.table.of(caller, modelsNamedBy(asked, this.models), this.ofKeys.of(caller)?.guards);
  }
}
