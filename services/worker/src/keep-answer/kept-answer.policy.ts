import type { AnswerHead, KeptAnswer, RequestEnded, RoutingSlip } from '#libs/contracts';
import { costOf } from '#libs/pricing';
import { isWholeFinish } from './whole-finish.policy.js';

/**
 * What is kept of an answer beside its bytes; undefined where the answer is not to be kept: not whole, put together from two, given
 * by a stand-in that an equal request would not get tomorrow, or of a cost that nobody told. Its cost is that of the attempt that gave it; what failed before it was paid for once.
 */
export function keptAnswer(
  { requestId, outcome, attempts, finishReason }: RequestEnded,
  { contentType, provider, model, servesModel, warnings }: AnswerHead,
  { slip, keptAt }: { slip: RoutingSlip; keptAt: number },
): KeptAnswer | undefined {
  const seconds = slip.execution?.cacheSeconds;
  const answered = attempts.findLast((attempt) => attempt.outcome === 'succeeded');
  if (seconds === undefined || outcome !== 'completed' || !answered || !isWholeFinish(finishReason)) return undefined;
  if (slip.position > 0 || attempts.some(({ role }) => role === 'rescue')) return undefined;
  const price = slip.targets.find((target) => target.price.version === answered.priceVersion)?.price;
  if (!answered.usage || !price) return undefined;
  const cost = costOf(answered.usage, price);
  return {
    requestId,
    keptAt,
    expiresAt: keptAt + seconds * 1_000,
    head: {
      ...(contentType === undefined ? {} : { contentType }),
      ...(provider === undefined ? {} : { provider }),
      ...(model === undefined ? {} : { model }),
      ...(servesModel === undefined ? {} : { servesModel }),
      ...(warnings === undefined ? {} : { warnings }),
    },
    ...(finishReason === undefined ? {} : { finishReason }),
    costNanoUsd: cost.toString(),
  };
}
