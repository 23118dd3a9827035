import { classifyChatError, type ClassifiedError } from '#libs/dialects';
import type { ErrorClass } from '#libs/contracts';

interface WireError {
  error?: { code?: unknown; innererror?: { code?: unknown } | null } | null;
  message?: unknown;
}

const CLASS_OF_CODE: Readonly<Record<string, ErrorClass>> = {
  contentfilter: 'content_filter',
  responsibleaipolicyviolation: 'content_filter',
  deploymentnotfound: 'not_found',
  modelnotfound: 'not_found',
  operationnotsupported: 'unsupported',
  insufficientquota: 'quota',
};

/**
 * What an error answer of Azure OpenAI means. Its errors have OpenAI's form with codes of its own, the content filter's
 * sometimes only in `innererror`; its gateway answers with a bare `message`.
 */
export function classify(status: number, body: string): ClassifiedError {
  const { error, message } = read(body);
  const known = classifyChatError(status, body);
  const errorClass =
    [error?.code, error?.innererror?.code].map(classOf).find((found) => found !== undefined) ?? known.errorClass;
  const sentence = known.message === '' && typeof message === 'string' ? message.slice(0, 500) : known.message;
  return { errorClass, message: sentence };
}

function classOf(code: unknown): ErrorClass | undefined {
  return typeof code === 'string' ? CLASS_OF_CODE[code.toLowerCase().replace(/[^a-z]/g, '')] : undefined;
}

function read(body: string): WireError {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
