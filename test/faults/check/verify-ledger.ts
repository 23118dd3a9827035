import { z } from 'zod';

import { ledgerVerifyReplySchema } from '#libs/contracts';

import type { FaultGround } from '../ground/fault-ground.js';
import { violationOf, type Violation } from './violation.js';

const WITHIN_MILLISECONDS = 120_000;
const verificationSchema = ledgerVerifyReplySchema.extend({ is_sound: z.boolean() });

/** What the product itself finds wrong with its books (`switchyard ledger verify`), and how many charges it derived again. */
export async function verifyLedger({
  stack,
}: Pick<FaultGround, 'stack'>): Promise<{ charges: number; violations: Violation[] }> {
  const answer = await fetch(`${stack.url}/admin/v1/ledger/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(WITHIN_MILLISECONDS),
  });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`the ledger was not verified: ${answer.status} ${text}`);
  const { charges, findings, is_sound: isSound } = verificationSchema.parse(JSON.parse(text));
  const found = isSound ? findings : [{ is_sound: isSound }, ...findings];
  return { charges, violations: violationOf('ledger', 'the books verify themselves', found) };
}
