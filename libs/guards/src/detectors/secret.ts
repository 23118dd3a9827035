import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { SecretLintRuleContext, SecretLintRuleReportHandler, SecretLintSourceCode } from '@secretlint/types';
import type { Detection } from '../detection.js';

type Range = readonly [start: number, end: number];

/** Filled while the rules look at a text; they do so in one go, without waiting. */
let ranges: Range[] = [];

const CONTEXT = {
  sharedOptions: { noPhysicalFilePath: true },
  createTranslator: () => () => ({ message: '', messageId: '' }),
  report: ({ range }: { readonly range: Range }) => ranges.push(range),
  ignore: () => undefined,
} as unknown as SecretLintRuleContext;

/** Comments in a text must not be able to switch the rules off, so that those of the kind `filter` are left out. */
const HANDLERS: readonly SecretLintRuleReportHandler[] = rules
  .filter(({ meta }) => meta.type === 'scanner')
  .map((rule) => rule.create(CONTEXT, { enableIDScanRule: true }));

/** What the rules do not have: tokens that are signed JSON (RFC 7519), and values that their own name calls secret. */
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g;
const NAMED =
  /(?:password|passwd|passwort|kennwort|mot de passe|contraseña|senha|secret|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s{0,3}[:=]\s{0,3}["']?([^\s"',;<>]{8,200})/gi;
/** Nothing secret is shorter in one piece; prose has no such words, and is not shown to the rules. */
const LONG_WORD = /[^\s]{14}/;

const ROOM_FOR_A_KEY = '-----BEGIN';

/**
 * Credentials: by the rules of `secretlint` (keys and tokens of some twenty-five services, private keys, passwords in URLs),
 * signed tokens, and values that are named as secrets.
 */
export function findSecrets(text: string): Detection[] {
  ranges = [];
  if (LONG_WORD.test(text) || text.includes(ROOM_FOR_A_KEY)) {
    const source = sourceOf(text);
    for (const handler of HANDLERS) void handler.file?.(source);
  }
  for (const match of text.matchAll(JSON_WEB_TOKEN)) ranges.push([match.index, match.index + match[0].length]);
  for (const match of text.matchAll(NAMED)) {
    const value = match[1] ?? '';
    const end = match.index + match[0].length;
    if (/\d/.test(value) && /\p{L}/u.test(value) && !/^[$%{<[]/.test(value)) ranges.push([end - value.length, end]);
  }
  return ranges.map(([start, end]) => ({ start, end, class: 'secret' }));
}

function sourceOf(content: string): SecretLintSourceCode {
  return {
    hasBOM: false,
    content,
    contentType: 'text',
    ext: '.txt',
    filePath: undefined,
    physicalFilePath: undefined,
    getFilePath: () => undefined,
    getPhysicalFilePath: () => undefined,
    locationToRange: () => [0, 0],
    rangeToLocation: () => ({ start: { line: 1, column: 0 }, end: { line: 1, column: 0 } }),
    positionToIndex: () => 0,
    indexToPosition: () => ({ line: 1, column: 0 }),
  };
}
