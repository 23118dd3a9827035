import { Module } from '@nestjs/common';
import { CallModelController } from './call-model/call-model.controller.js';
import { CallModelHandler } from './call-model/call-model.handler.js';
import { ProviderDirectory } from './call-model/provider-directory.js';
import { RunningCalls } from './call-model/running-calls.js';
import { FileFetcher } from './fetch-file/file-fetcher.js';
import { DurableAnswers } from './record-result/durable-answers.js';
import { ResultRecorder } from './record-result/result-recorder.js';

@Module({
  controllers: [CallModelController],
  providers: [CallModelHandler, ProviderDirectory, RunningCalls, FileFetcher, DurableAnswers, ResultRecorder],
})
export class WorkerModule {}
