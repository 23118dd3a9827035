import { genAiAttributes, type SpanSettings } from '#libs/telemetry';
import type { AssignedCall } from './assigned-call.js';

/** Name and attributes of the span around a call of a model, by the GenAI semantic conventions. */
export function modelSpan({ facts, slip }: AssignedCall): [name: string, settings: SpanSettings] {
  const target = slip.targets[slip.position];
  return [
    facts.operation,
    {
      kind: 'client',
      attributes: () =>
        genAiAttributes({
          operation: facts.operation,
          provider: target?.provider ?? '',
          requestModel: target?.model ?? '',
        }),
    },
  ];
}
