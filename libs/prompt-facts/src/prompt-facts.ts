import { Injectable } from '@nestjs/common';
import type { Facts } from '#libs/contracts';
import { SnapshotWatch } from '#libs/messaging';
import { NeededFacts, type TextFactName } from './needed-facts.js';
import { PromptDifficulty } from './prompt-difficulty.js';
import { textFacts, type TextRequest } from './text-facts.js';

const NOTHING: Pick<Facts, TextFactName> = {};

/**
 * What the words of a prompt tell of a request, read where the policies of its model ask for it and nowhere else: its task, its
 * language, how hard it looks. Follows the configuration in force.
 */
@Injectable()
export class PromptFacts {
  private needed = new NeededFacts({ models: [] });
  private readonly difficultyOf = (text: string): number => this.difficulty.of(text);

  constructor(
    watch: SnapshotWatch,
    private readonly difficulty: PromptDifficulty,
  ) {
    watch.onChange((snapshot) => (this.needed = new NeededFacts(snapshot)));
  }

  /** `model` is the name in the configuration that the request resolves to. */
  of(model: string, request: TextRequest): Pick<Facts, TextFactName> {
    const needs = this.needed.of(model, request.facts.wishes);
    return needs.size === 0 ? NOTHING : textFacts(request, needs, this.difficultyOf);
  }
}
