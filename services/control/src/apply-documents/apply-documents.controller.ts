import { Controller } from '@nestjs/common';

import {
  configurationApplySchema,
  configurationExportSchema,
  Subject,
  type ConfigurationApply,
  type ConfigurationApplyReply,
  type ConfigurationExport,
  type ConfigurationExportReply,
} from '#libs/contracts';
import { AnswerQuery } from '#libs/messaging';

import { ApplyDocumentsHandler } from './apply-documents.handler.js';

@Controller()
export class ApplyDocumentsController {
  constructor(private readonly handler: ApplyDocumentsHandler) {}

  @AnswerQuery(Subject.configurationApply, configurationApplySchema)
  async apply(command: ConfigurationApply): Promise<ConfigurationApplyReply> {
    return this.handler.apply(command);
  }

  @AnswerQuery(Subject.configurationExport, configurationExportSchema)
  async export(query: ConfigurationExport): Promise<ConfigurationExportReply> {
    return this.handler.export(query);
  }
}
