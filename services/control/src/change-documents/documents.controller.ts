import { Controller } from '@nestjs/common';

import {
  resourceChangeSchema,
  resourceListSchema,
  resourceReadSchema,
  Subject,
  type Resource,
  type ResourceChange,
  type ResourceChangeReply,
  type ResourceList,
  type ResourcePage,
  type ResourceRead,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';

import { ChangeDocumentsHandler } from './change-documents.handler.js';
import { ShownDocuments } from './shown-documents.js';

@Controller()
export class DocumentsController {
  constructor(
    private readonly shown: ShownDocuments,
    private readonly changes: ChangeDocumentsHandler,
  ) {}

  @AnswerQuery(Subject.resourceList, resourceListSchema)
  async list(query: ResourceList): Promise<ResourcePage> {
    return this.shown.list(query);
  }

  @AnswerQuery(Subject.resourceRead, resourceReadSchema)
  async read(query: ResourceRead): Promise<Resource> {
    return this.shown.read(query);
  }

  @AnswerQuery(Subject.resourceChange, resourceChangeSchema)
  async change(command: ResourceChange): Promise<ResourceChangeReply> {
    return this.changes.change(command);
  }
}
