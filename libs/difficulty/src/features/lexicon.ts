import { wordHash } from './scan-tokens.js';

/** Kinds of words that say something of how a question must be solved, whatever it is about. */
const WORDS = {
  negation: 'not except least never false incorrect cannot without',
  numberWord:
    'one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty fifty sixty hundred thousand million dozen',
  timeUnit: 'second seconds minute minutes hour hours day days daily week weeks weekly month months year years',
  money:
    'cost costs pay pays paid price spend spends spent money dollar dollars earn earns earned save saves buy sell change profit',
  coin: 'cent cents penny pennies nickel nickels dime dimes quarter quarters',
  more: 'more longer older taller greater faster higher',
  fewer: 'less fewer shorter younger lower slower',
  than: 'than',
  each: 'each every per apiece',
  condition: 'if when suppose assume assuming',
  half: 'half',
  double: 'twice double doubled',
  multiple: 'times triple thrice tripled',
  remaining: 'left remaining remain remains rest remainder',
  total: 'total altogether all combined sum together',
  first: 'first second third last',
  before: 'before ago previous initially originally',
  after: 'after then next later',
  thirdPerson: 'he she his her him they their',
  firstPerson: 'i my me you your we our',
  which: 'which',
  what: 'what who where',
  why: 'why explain',
  how: 'how',
  calculate: 'calculate find determine compute evaluate solve',
  superlative: 'best most likely primarily mainly primary main',
  following: 'following above',
  truth: 'true false correct wrong valid invalid',
  both: 'both none neither either only',
  inside: 'in',
  towards: 'for',
  many: 'many',
  much: 'much',
  part: 'fraction ratio proportion average percent percentage rate quarter fifth tenth',
  age: 'old age aged',
  law: 'court plaintiff defendant state law statute contract police',
  health: 'patient disease blood treatment cells clinical',
  proof: 'theorem prove proof set function group ring matrix vector equation integer polynomial',
  code: 'code function python program algorithm class return string array',
  statement: 'statement scenario argument claim',
} as const;

/** A kind of words of the lexicon. */
export type WordClass = keyof typeof WORDS;

export const WORD_CLASSES = Object.keys(WORDS) as readonly WordClass[];

/** The classes of a word by its hash (see `wordHash`), as places in `WORD_CLASSES`. */
export const CLASSES_OF_WORD: ReadonlyMap<number, readonly number[]> = classesByHash();

function classesByHash(): Map<number, number[]> {
  const classes = new Map<number, number[]>();
  for (const [place, name] of WORD_CLASSES.entries()) {
    for (const word of WORDS[name].split(' ')) {
      const hash = wordHash(word);
      classes.set(hash, [...(classes.get(hash) ?? []), place]);
    }
  }
  return classes;
}
