import type { DataClass } from '#libs/contracts';
import { digitsOf, isLuhn, isMod11of10, restOf97, weighted } from './detectors/checksums.js';
import { italianCheck } from './detectors/italian-check.js';

/** Chance that is the same for the same seed. */
export class Chance {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.below(10)).join('');
  }

  letters(count: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'): string {
    return Array.from({ length: count }, () => alphabet[this.below(alphabet.length)]).join('');
  }
}

const MOST_TRIES = 10_000;
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The first of many drawn values that passes a check. */
function drawn(draw: () => string, isGood: (value: string) => boolean): string {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const value = draw();
    if (isGood(value)) return value;
  }
  throw new Error('nothing drawn passes the check');
}

const grouped = (text: string, sizes: readonly number[], mark = ' '): string => {
  let at = 0;
  return sizes
    .map((size) => text.slice(at, (at += size)))
    .filter((part) => part !== '')
    .join(mark);
};

const NAMES = [
  'anna',
  'jose',
  'm.rossi',
  'Jean-Luc',
  'o_brien',
  'k.nowak',
  'info',
  'sales+eu',
  'müller',
  'van.dijk',
  'x',
];
const HOSTS = [
  'example.com',
  'mail.example.co.uk',
  'firma.de',
  'société.fr',
  'correo.es',
  'posta.it',
  'voorbeeld.nl',
  'poczta.pl',
  'corp.example',
];

function iban(chance: Chance): string {
  const [country, account] = chance.of<readonly [string, string]>([
    ['DE', chance.digits(18)],
    ['FR', chance.digits(23)],
    ['ES', chance.digits(20)],
    ['NL', chance.letters(4) + chance.digits(10)],
    ['GB', chance.letters(4) + chance.digits(14)],
    ['IT', chance.letters(1) + chance.digits(22)],
    ['PL', chance.digits(24)],
    ['PT', chance.digits(21)],
  ]);
  const check = String(98 - restOf97(`${account}${country}00`)).padStart(2, '0');
  const compact = country + check + account;
  return chance.of([
    compact,
    grouped(
      compact,
      Array.from({ length: 9 }, () => 4),
    ),
  ]);
}

function card(chance: Chance): string {
  const [begin, length] = chance.of<readonly [string, number]>([
    ['4', 16],
    ['5' + String(1 + chance.below(5)), 16],
    ['37', 15],
    ['6011', 16],
    ['2221', 16],
    ['36', 14],
  ]);
  const digits = drawn(() => begin + chance.digits(length - begin.length), isLuhn);
  const sizes = length === 16 ? [4, 4, 4, 4] : length === 15 ? [4, 6, 5] : [4, 6, 4];
  return chance.of([digits, grouped(digits, sizes), grouped(digits, sizes, '-')]);
}

/** `announce`: the words before it, where people write them. */
export interface DrawnValue {
  readonly value: string;
  readonly announce?: string;
}

function phone(chance: Chance): DrawnValue {
  const nanp = `${2 + chance.below(8)}${chance.digits(2)}`;
  const exchange = `${2 + chance.below(8)}${chance.digits(2)}`;
  return chance.of<() => DrawnValue>([
    () => ({ value: `+49 ${30 + chance.below(60)} ${chance.digits(7)}` }),
    () => ({ value: `+1 ${nanp} ${exchange} ${chance.digits(4)}` }),
    () => ({ value: `+33 6 ${grouped(chance.digits(8), [2, 2, 2, 2])}` }),
    () => ({ value: `0044 20 ${chance.digits(4)} ${chance.digits(4)}` }),
    () => ({ value: `(${nanp}) ${exchange}-${chance.digits(4)}` }),
    () => ({ value: `${nanp}-${exchange}-${chance.digits(4)}` }),
    () => ({ value: `0${1 + chance.below(9)} ${grouped(chance.digits(8), [2, 2, 2, 2])}` }),
    () => ({
      value: `0${30 + chance.below(60)}/${chance.digits(7)}`,
      announce: chance.of(['Tel. ', 'Telefon: ', 'Handy ', 'Fax: ']),
    }),
    () => ({
      value: `07${chance.digits(3)} ${chance.digits(6)}`,
      announce: chance.of(['phone ', 'mobile: ', 'call me on ']),
    }),
    () => ({ value: `6${chance.digits(8)}`, announce: chance.of(['móvil ', 'teléfono: ']) }),
    // Nobody can tell this from any other number, and it is counted all the same.
    () => ({ value: `0${30 + chance.below(60)} ${chance.digits(7)}` }),
  ])();
}

function nationalId(chance: Chance): DrawnValue {
  const dni = chance.digits(8);
  const nir = `${1 + chance.below(2)}${chance.digits(2)}0${1 + chance.below(9)}${10 + chance.below(80)}${chance.digits(6)}`;
  const nirKey = String(97 - Number(BigInt(nir) % 97n)).padStart(2, '0');
  return chance.of<() => DrawnValue>([
    () => ({ value: `${100 + chance.below(500)}-${10 + chance.below(89)}-${1000 + chance.below(8999)}` }),
    () => ({ value: `AB ${grouped(chance.digits(6), [2, 2, 2])} C` }),
    () => ({ value: `${dni}${'TRWAGMYFPDXBNJZSQVHLCKE'[Number(dni) % 23]}` }),
    () => ({ value: chance.of([nir + nirKey, `${grouped(nir, [1, 2, 2, 2, 3, 3])} ${nirKey}`]) }),
    () => ({
      value: drawn(
        () =>
          `${chance.letters(6, 'BCDFGLMNPRSTV')}${chance.digits(2)}${chance.letters(1, 'ABCDEHLMPRST')}${10 + chance.below(20)}${chance.letters(1)}${chance.digits(3)}${chance.letters(1)}`,
        italianCheck,
      ),
    }),
    () => ({
      value: drawn(() => String(1 + chance.below(9)) + chance.digits(10), isMod11of10),
      announce: chance.of(['Steuer-ID: ', 'IdNr. ', 'Steueridentifikationsnummer ']),
    }),
    () => ({
      value: drawn(
        () => chance.digits(9),
        (one) => weighted(one, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
      ),
      announce: 'BSN ',
    }),
    () => ({
      value: drawn(
        () => chance.digits(11),
        (one) => weighted(one, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
      ),
      announce: 'PESEL: ',
    }),
  ])();
}

function secret(chance: Chance): DrawnValue {
  return chance.of<() => DrawnValue>([
    () => ({ value: `ghp_${chance.letters(36, BASE62)}` }),
    () => ({ value: `AKIA${chance.letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}` }),
    () => ({ value: `sk_live_${chance.letters(24, BASE62)}` }),
    () => ({ value: `xoxb-${chance.digits(12)}-${chance.digits(13)}-${chance.letters(24, BASE62)}` }),
    () => ({ value: `glpat-${chance.letters(20, BASE62)}` }),
    () => ({
      value: `eyJ${chance.letters(20, BASE62)}.eyJ${chance.letters(40, BASE62)}.${chance.letters(43, BASE62)}`,
    }),
    () => ({
      value: `${chance.letters(8, 'abcdefghijkmnop')}${chance.digits(3)}!`,
      announce: chance.of(['password: ', 'Passwort = ', 'contraseña: ', 'api_key=']),
    }),
    // Nothing but its randomness says that it is one.
    () => ({ value: chance.letters(32, BASE62) }),
  ])();
}

/** A value of each built-in class, drawn by the rules of whoever gives such values out. */
export const VALUES: Readonly<Record<string, (chance: Chance) => DrawnValue>> = {
  email: (chance) => ({ value: `${chance.of(NAMES)}${chance.below(100)}@${chance.of(HOSTS)}` }),
  phone,
  card: (chance) => ({ value: card(chance) }),
  iban: (chance) => ({ value: iban(chance) }),
  national_id: nationalId,
  ip_address: (chance) => ({
    value: chance.of([
      `${1 + chance.below(126)}.${chance.below(256)}.${chance.below(256)}.${1 + chance.below(254)}`,
      `192.168.${chance.below(256)}.${1 + chance.below(254)}`,
      `2001:db8:${chance.below(9999).toString(16)}::${(1 + chance.below(60_000)).toString(16)}`,
      `fe80::${chance.below(60_000).toString(16)}:${(1 + chance.below(60_000)).toString(16)}`,
    ]),
  }),
  secret,
} satisfies Partial<Record<DataClass, (chance: Chance) => DrawnValue>>;

/** What looks like something and is nothing. */
export const DECOYS: readonly ((chance: Chance) => string)[] = [
  (chance) => `order ${chance.digits(10)}`,
  (chance) =>
    drawn(
      () => `4${chance.digits(15)}`,
      (one) => !isLuhn(one),
    ),
  (chance) => `DE${10 + chance.below(89)} ${grouped(chance.digits(18), [4, 4, 4, 4, 2])}`,
  (chance) => `20${10 + chance.below(20)}-0${1 + chance.below(9)}-1${chance.below(10)}`,
  (chance) => `1${chance.below(10)}.0${1 + chance.below(9)}.20${10 + chance.below(20)}`,
  (chance) => `v${chance.below(20)}.${chance.below(20)}.${chance.below(20)}.${chance.below(20)}`,
  (chance) =>
    `${chance.letters(8, '0123456789abcdef')}-${chance.letters(4, '0123456789abcdef')}-4${chance.letters(3, '0123456789abcdef')}-a${chance.letters(3, '0123456789abcdef')}-${chance.letters(12, '0123456789abcdef')}`,
  (chance) => `${chance.below(1000)}.${chance.digits(2)} EUR`,
  (chance) => `${chance.digits(2)}:${chance.digits(2)}:${chance.digits(2)}`,
  (chance) => `@${chance.of(NAMES)}`,
  (chance) => `${chance.below(90)}.${chance.digits(6)}, ${chance.below(180)}.${chance.digits(6)}`,
  (chance) => `978-3-16-${chance.digits(6)}-0`,
  (chance) => `17${chance.digits(8)}`,
  (chance) => `lot ${chance.letters(2)}${chance.digits(6)}`,
  (chance) => `${chance.digits(3)}-${chance.digits(3)}`,
  () => 'https://example.com/path/to/some/long/resource-name.html?page=12',
  () => 'the password must be changed',
  () => '127.0.0.1:8080',
  (chance) => digitsOf(chance.digits(7)),
];
