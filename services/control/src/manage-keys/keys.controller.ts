import { Controller } from '@nestjs/common';

import {
  keyFindSchema,
  keyIssueSchema,
  keyListSchema,
  keyReadSchema,
  keyRotateSchema,
  keyUpdateSchema,
  keyUsedSchema,
  Subject,
  type IssuedKey,
  type KeyFind,
  type KeyIssue,
  type KeyList,
  type KeyObject,
  type KeyPage,
  type KeyRead,
  type KeyRevoked,
  type KeyRotate,
  type KeyUpdate,
} from '#libs/contracts';
import { AnswerQuery, Subscribe, type IncomingMessage } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';

import { IssueKeysHandler } from './issue-keys.handler.js';
import { KeysRepository } from './keys.repository.js';
import { RevokeKeysHandler } from './revoke-keys.handler.js';
import { VisibleKeys } from './visible-keys.js';

@Controller()
export class KeysController {
  constructor(
    private readonly visible: VisibleKeys,
    private readonly issues: IssueKeysHandler,
    private readonly revocations: RevokeKeysHandler,
    private readonly keys: KeysRepository,
    private readonly log: ServiceLogger,
  ) {}

  @AnswerQuery(Subject.keyIssue, keyIssueSchema)
  async issue(command: KeyIssue): Promise<IssuedKey> {
    return this.issues.issue(command);
  }

  @AnswerQuery(Subject.keyUpdate, keyUpdateSchema)
  async update(command: KeyUpdate): Promise<KeyObject> {
    return this.issues.update(command);
  }

  @AnswerQuery(Subject.keyRotate, keyRotateSchema)
  async rotate(command: KeyRotate): Promise<IssuedKey> {
    return this.issues.rotate(command);
  }

  @AnswerQuery(Subject.keyRevoke, keyReadSchema)
  async revoke(command: KeyRead): Promise<KeyRevoked> {
    return this.revocations.revoke(command);
  }

  @AnswerQuery(Subject.keyRead, keyReadSchema)
  async read(query: KeyRead): Promise<KeyObject> {
    return this.visible.read(query);
  }

  @AnswerQuery(Subject.keyList, keyListSchema)
  async list(query: KeyList): Promise<KeyPage> {
    return this.visible.list(query);
  }

  @AnswerQuery(Subject.keyFind, keyFindSchema)
  async find(query: KeyFind): Promise<KeyObject> {
    return this.visible.find(query);
  }

  /** A time that is lost, because Postgres is away or a process ends, is made good by the key's next use. */
  @Subscribe(Subject.keyUsed, { queue: 'control' })
  async used(message: IncomingMessage): Promise<void> {
    const used = keyUsedSchema.safeParse(message.json()).data;
    if (!used) return;
    await this.keys
      .markUsed(used)
      .catch((error: unknown) => this.log.info({ error }, 'when keys were used last could not be recorded'));
  }
}
