import { z } from 'zod';

const FORM = /^(-?)(\d{1,4})(?:\.(\d{1,4}))?%$/;
const MILLIONTHS_PER_PERCENT = 10_000;
const DECIMALS = 4;

/** What customers are charged beyond the provider's price: "10%", or "-5%" for a discount; read into millionths. */
export const markupField = z.string().transform((text, context) => {
  const match = FORM.exec(text);
  const [, sign = '', whole = '', decimals = ''] = match ?? [];
  const millionths = Number(whole) * MILLIONTHS_PER_PERCENT + Number(decimals.padEnd(DECIMALS, '0'));
  if (match && (sign === '' || millionths <= 100 * MILLIONTHS_PER_PERCENT))
    return sign === '-' ? -millionths : millionths;
  context.addIssue({
    code: 'custom',
    message: 'must be a share such as "10%", or "-5%" for a discount (at most "-100%")',
  });
  return z.NEVER;
});
