import { Injectable } from '@nestjs/common';
import type { Facts, KeyEntry, ModelEntry } from '#libs/contracts';
import type { CallerDialect, DialectFacts } from '#libs/dialects';
import { SnapshotWatch } from '#libs/messaging';
import { PromptFacts } from '#libs/prompt-facts';
import { resolveModel } from '#libs/routing';
import type { Batch } from '../keep-batch/batch.js';

/** The request of a line, and what it says of itself. */
export interface LineBody {
  readonly body: Uint8Array;
  readonly facts: DialectFacts;
  readonly dialect: CallerDialect;
}

/** What the configuration adds to the facts of a line: the tier of its key, and what its words tell where its model's policy asks. */
@Injectable()
export class LineFacts {
  private models: ReadonlyMap<string, ModelEntry> = new Map();
  private keys: readonly KeyEntry[] = [];

  constructor(
    watch: SnapshotWatch,
    private readonly prompts: PromptFacts,
  ) {
    watch.onChange(({ models, keys }) => {
      this.models = new Map(models.map((model) => [model.name, model]));
      this.keys = keys;
    });
  }

  of(batch: Batch, { body, facts, dialect }: LineBody): Pick<Facts, 'tier' | 'task' | 'language' | 'difficulty'> {
    const tier = this.tierOf(batch);
    const model = resolveModel(facts.model, this.models)?.model;
    return {
      ...(tier === undefined ? {} : { tier }),
      ...(model ? this.prompts.of(model.name, { dialect, body, facts }) : {}),
    };
  }

  private tierOf({ organization, project, key }: Batch): string | undefined {
    return this.keys.find(
      (entry) => entry.organization === organization && entry.project === project && entry.name === key,
    )?.tier;
  }
}
