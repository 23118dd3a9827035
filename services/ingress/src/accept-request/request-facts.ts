import { Injectable } from '@nestjs/common';
import type { Caller, Facts, ModelEntry } from '#libs/contracts';
import { DialectError, type CallerDialect, type DialectFacts } from '#libs/dialects';
import { SnapshotWatch } from '#libs/messaging';
import { PromptFacts } from '#libs/prompt-facts';
import { resolveModel, unknownModelMessage } from '#libs/routing';
import { Settings } from '#libs/runtime';
import { KeyRing } from '../authenticate/key-ring.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { addHeaderFacts } from '../read-wishes/header-facts.js';
import { passedHeaders } from './passed-headers.js';

/** What a request says of itself, before it is known what the model needs. */
export interface ReadRequest {
  readonly requestId: string;
  readonly caller: Caller;
  readonly dialect: CallerDialect;
  readonly facts: DialectFacts & Pick<Facts, 'dataFound' | 'guardVerdicts'>;
  readonly body: Uint8Array;
}

/** Facts in full, and the model of the configuration that the caller's name means. */
export interface CompleteFacts {
  readonly facts: Facts;
  readonly model: ModelEntry;
}

/** Reads the facts of requests: from the body by its dialect, from headers, and from the words where the model's policy asks. */
@Injectable()
export class RequestFacts {
  private models: ReadonlyMap<string, ModelEntry> = new Map();
  private revision: number | undefined;

  constructor(
    watch: SnapshotWatch,
    private readonly settings: Settings,
    private readonly prompts: PromptFacts,
    private readonly keys: KeyRing,
  ) {
    watch.onChange(({ models, revision }) => {
      this.models = new Map(models.map((model) => [model.name, model]));
      this.revision = revision;
    });
  }

  /** What body and headers say. @throws DialectError 400 that names the field at fault. */
  read(dialect: CallerDialect, request: AuthenticatedRequest, body: Uint8Array): DialectFacts {
    const nameOf = (name: string): string | undefined => headerOf(request, name);
    const facts = {
      ...dialect.readFacts(body, request.headers['content-type']),
      ...passedHeaders(dialect, nameOf),
    };
    addHeaderFacts(facts, { headerOf: nameOf, body, receivedAt: Date.now() });
    return facts;
  }

  /** Adds whose the request is, and what its words tell where that is needed. @throws DialectError 404 for a model nobody configured. */
  complete({ requestId, caller, dialect, facts, body }: ReadRequest): CompleteFacts {
    const model = resolveModel(facts.model, this.models)?.model;
    if (!model) {
      throw new DialectError(404, 'model_not_found', unknownModelMessage(facts.model, this.models), 'model');
    }
    const allowed = this.keys.allowanceOf(caller);
    const keyPolicy = this.keys.policyOf(caller);
    return {
      model,
      facts: {
        requestId,
        organization: caller.organization,
        project: caller.project,
        key: caller.key,
        ...(caller.keyId === undefined ? {} : { keyId: caller.keyId }),
        tier: caller.tier,
        ...(allowed ? { allowed } : {}),
        ...(keyPolicy ? { keyPolicy } : {}),
        lane: 'interactive',
        ...facts,
        ...this.prompts.of(model.name, { dialect, body, facts }),
        receivedAt: Date.now(),
        revision: this.revision,
        ingress: this.settings.instance,
      },
    };
  }
}

/** The first value of a header of a request. */
export function headerOf({ headers }: Pick<AuthenticatedRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
