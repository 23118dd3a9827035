const LEAST_CHARACTERS = 12;
const MOST_CHARACTERS = 256;
const LEAST_DIFFERENT = 5;
const LONGEST_KNOWN_START = 5;

/** What the most common long passwords are made of, once their figures and signs are read as letters or taken off. */
const COMMON = [
  'password',
  'passwort',
  'passphrase',
  'qwerty',
  'qwertz',
  'azerty',
  'letmein',
  'welcome',
  'iloveyou',
  'football',

  'baseball',
  'princess',
  'sunshine',
  'superman',
  'batman',
  'monkey',
  'dragon',
  'master',
  'shadow',
  'trustno',
  'abc',

  'administrator',
  'admin',
  'login',
  'secret',
  'changeme',
  'default',
  'test',
  'guest',
  'root',
  'starwars',
  'whatever',
  'correcthorsebatterystaple',
  'switchyard',
  'asdfghjkl',
  'zxcvbnm',
  'summer',
  'winter',
  'spring',
  'autumn',
];
const RUNS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm'];
const LETTER_OF: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/**
 * What is wrong with a password, or undefined. Length is what counts; besides, it must not be one of those that are tried
 * first: few characters again and again, a run of the keyboard, a common word with figures around it, or the own address.
 */
export function reasonAgainstPassword(password: string, email: string): string | undefined {
  const length = Array.from(password).length;
  if (length < LEAST_CHARACTERS) return `The password must have at least ${LEAST_CHARACTERS} characters.`;
  if (length > MOST_CHARACTERS) return `The password must have at most ${MOST_CHARACTERS} characters.`;
  const small = password.toLowerCase();
  if (new Set(small).size < LEAST_DIFFERENT) return 'The password repeats too few characters; choose another.';
  if (isRun(small)) return 'The password is a run of neighbouring keys; choose another.';
  const name = email.toLowerCase().split('@')[0] ?? '';
  if (small.includes(email.toLowerCase()) || (name.length >= LONGEST_KNOWN_START && small.includes(name)))
    return 'The password must not hold your mail address.';
  return isCommon(small) ? 'The password is one of those that are tried first; choose another.' : undefined;
}

function isCommon(password: string): boolean {
  const spelled = Array.from(password)
    .map((character) => LETTER_OF[character] ?? character)
    .join('');
  return [password, spelled].some((text) => {
    let rest = text.replaceAll(/[^\p{L}]/gu, '');
    for (const word of COMMON.toSorted((left, right) => right.length - left.length)) rest = rest.replaceAll(word, '');
    // Nothing is left of it but the figures and a letter or two.
    return rest.length <= 2 && /\p{L}/u.test(text);
  });
}

/** Made of pieces of runs, forwards or backwards, such as "qwertyuiop12" or "123456123456". */
function isRun(password: string): boolean {
  let breaks = 0;
  const characters = Array.from(password);
  for (let index = 1; index < characters.length; index += 1) {
    const pair = (characters[index - 1] ?? '') + (characters[index] ?? '');
    const back = (characters[index] ?? '') + (characters[index - 1] ?? '');
    if (!RUNS.some((run) => run.includes(pair) || run.includes(back)) && pair[0] !== pair[1]) breaks += 1;
  }
  return breaks <= 2;
}
