import { Injectable } from '@nestjs/common';
import type { Caller, GuardEntry, ModelEntry } from '#libs/contracts';
import { GuardTable } from '#libs/guards';
import { SnapshotWatch } from '#libs/messaging';
import { resolveModel } from '#libs/routing';

/** The guards of the configuration in force. */
@Injectable()
export class GuardsInForce {
  private table = new GuardTable({});
  private models: ReadonlyMap<string, ModelEntry> = new Map();

  constructor(watch: SnapshotWatch) {
    watch.onChange((snapshot) => {
      this.table = new GuardTable(snapshot);
      this.models = new Map(snapshot.models.map((model) => [model.name, model]));
    });
  }

  /** What a request of this caller for this model goes through, in order. */
  of(caller: Caller, model: string): readonly GuardEntry[] {
    return this.table.of(caller, resolveModel(model, this.models)?.model);
  }
}
