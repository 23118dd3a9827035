const WORDS = `able about above across after again air along also among answer any area arrive ask away back balance
ball bank base before begin below best between big blue board book both bridge bright bring build call calm carry
center chance change clear close cloud cold color come count course cover cross dark day deep door down draw drive
dry early earth east easy edge end engine enough even every far fast few field find fine fire first flat floor flow
follow form forward found free fresh front full garden gate gentle give glass gold good grain green ground grow
guide half hand hard harbor head hear heat high hill hold home house idea inside iron island keep kind lake land large
last late lead leaf learn leave level light line`
  .trim()
  .split(/\s+/);

/** Tokens that continue a sentence: a space and a word, by index. The length is a power of two, so that a mask picks. */
export const CONTINUING_TOKENS: readonly string[] = WORDS.slice(0, 128).map((word) => ` ${word}`);

/** The same words as the start of a sentence. */
export const OPENING_TOKENS: readonly string[] = CONTINUING_TOKENS.map(
  (token) => ` ${token.charAt(1).toUpperCase()}${token.slice(2)}`,
);

/** The token that ends a sentence. */
export const FULL_STOP = '.';

const ENCODED = new Map(
  [...CONTINUING_TOKENS, ...OPENING_TOKENS, FULL_STOP].map((token) => [token, JSON.stringify(token)]),
);

/** A token as a JSON string literal; those of the vocabulary were encoded once, at start. */
export function encodeToken(token: string): string {
  return ENCODED.get(token) ?? JSON.stringify(token);
}
