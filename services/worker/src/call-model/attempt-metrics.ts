import type { Attempt, Facts } from '#libs/contracts';
import { metrics } from '#libs/telemetry';

/** Counts one attempt by the GenAI semantic conventions and our own counters. */
export function attemptMetrics(facts: Facts, attempt: Attempt): void {
  const labels = { operation: facts.operation, provider: attempt.provider, model: attempt.model };
  metrics.attempts.add({ provider: attempt.provider, outcome: attempt.errorClass ?? attempt.outcome });
  metrics.operationDuration.record({ ...labels, errorType: attempt.errorClass }, attempt.durationMilliseconds / 1_000);
  if (attempt.firstByteMilliseconds !== undefined && facts.stream) {
    metrics.timeToFirstToken.record(labels, attempt.firstByteMilliseconds / 1_000);
  }
  if (attempt.usage) {
    metrics.tokenUsage.record({ ...labels, type: 'input' }, attempt.usage.promptTokens);
    metrics.tokenUsage.record({ ...labels, type: 'output' }, attempt.usage.completionTokens);
  }
}
