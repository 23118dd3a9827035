import { Injectable } from '@nestjs/common';
import type { Facts, ModelEntry } from '#libs/contracts';
import type { CallerDialect, DialectFacts } from '#libs/dialects';
import { KeyBucket, SnapshotWatch } from '#libs/messaging';
import { Tiers } from '#libs/permission';
import { PromptFacts } from '#libs/prompt-facts';
import { resolveModel } from '#libs/routing';
import type { Batch } from '../keep-batch/batch.js';

/** The request of a line, and what it says of itself. */
export interface LineBody {
  readonly body: Uint8Array;
  readonly facts: DialectFacts;
  readonly dialect: CallerDialect;
}

/** What the configuration adds to the facts of a line: its revision, the tier of its key, and what its words tell where its model's policy asks. */
@Injectable()
export class LineFacts {
  private models: ReadonlyMap<string, ModelEntry> = new Map();
  private readonly tiers = new Tiers();
  private revision: number | undefined;

  constructor(
    watch: SnapshotWatch,
    keys: KeyBucket,
    private readonly prompts: PromptFacts,
  ) {
    watch.onChange((snapshot) => {
      this.models = new Map(snapshot.models.map((model) => [model.name, model]));
      this.tiers.follow(snapshot);
      this.revision = snapshot.revision;
    });
    keys.onNameChange((entry) => this.tiers.followKey(entry));
  }

  of(
    batch: Batch,
    { body, facts, dialect }: LineBody,
  ): Pick<Facts, 'revision' | 'tier' | 'task' | 'language' | 'difficulty'> {
    const tier = this.tiers.of(batch);
    const model = resolveModel(facts.model, this.models)?.model;
    return {
      revision: this.revision,
      ...(tier === undefined ? {} : { tier }),
      ...(model ? this.prompts.of(model.name, { dialect, body, facts }) : {}),
    };
  }
}
