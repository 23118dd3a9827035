import { EvaluationError, type ParseResult } from '@marcbachmann/cel-js';
import type { ConditionVariables } from './condition-variables.js';

/** What a condition said of one request; where it could not say, `value` is false and `error` tells why. */
export interface Evaluation {
  readonly value: boolean;
  readonly error?: string;
}

const TRUE: Evaluation = { value: true };
const FALSE: Evaluation = { value: false };

/**
 * A compiled condition: a pure function of the variables of one decision, compiled once for all requests. An error while it
 * is evaluated counts as false: `request.metadata.plan == "gold"` is false for a request without that key, and so is its
 * negation. CEL's `||` and `&&` need no answer from a side that the other one decides, so an error there is not one.
 */
export class Condition {
  constructor(
    /** As it was written. */
    readonly text: string,
    /** The facts that it names, in full: `request.model`, `now.hour` and so on. */
    readonly facts: ReadonlySet<string>,
    private readonly program: ParseResult,
  ) {}

  /** Whether the condition is true of the request; an error counts as false. */
  matches(variables: ConditionVariables): boolean {
    return this.evaluate(variables).value;
  }

  /** The same, with the error where there was one. */
  evaluate(variables: ConditionVariables): Evaluation {
    // An absent key is an everyday answer here, and most of the time of an error goes into a stack that nobody reads.
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      const value: unknown = this.program(variables);
      return value === true ? TRUE : FALSE;
    } catch (error) {
      return { value: false, error: explain(error) };
    } finally {
      Error.stackTraceLimit = frames;
    }
  }
}

function explain(error: unknown): string {
  if (error instanceof EvaluationError) return error.summary;
  return error instanceof Error ? error.message : String(error);
}
