import { TASKS, type Task } from '#libs/contracts';

/** What a word or sign says of the task: which one it speaks for, how strongly, and how much more as a command. */
export interface Cue {
  readonly task: number;
  readonly weight: number;
  /** Where it begins a sentence, as "Translate this" does. */
  readonly weightAsCommand: number;
  /** The word that must stand before it, if any. */
  readonly after: string | undefined;
  /** Its place among all cues, so that each is counted once. */
  readonly index: number;
}

type Words = Partial<Record<Task, string>>;

/** Commands of English and of the languages that are spoken most where the product is used. */
const COMMANDS: Words = {
  translation:
    'translate translates übersetze übersetzen übersetz traduis traduire traduisez traduce traducir traduzca traduza traduzir ' +
    'traduci tradurre vertaal vertalen przetłumacz tłumacz переведи переведите перевести çevir tercüme översätt oversæt oversett ' +
    'terjemahkan traducere tradu přelož ترجم अनुवाद dịch',
  summarisation:
    'summarize summarise condense shorten recap zusammenfassen fasse fass résume résumer résumez resume resumir resuma ' +
    'riassumi riassumere samenvatten vat streść podsumuj суммируй резюмируй özetle sammanfatta opsummer oppsummer ringkas ' +
    'rezumă shrň لخص',
  classification: 'classify categorize categorise label tag klassifiziere classifie clasifica classifique classifica',
  extraction: 'extract parse identify collect extrahiere extrais extrae extraer extraia estrai извлеки',
  writing:
    'write draft compose rewrite rephrase paraphrase proofread polish brainstorm schreibe schreib verfasse écris rédige ' +
    'rédigez escribe escribir redacta escreva escrever redija scrivi schrijf napisz напиши напишите yaz skriv tulis scrie',
  code:
    'code implement refactor debug program programme script optimize optimise compile deploy implementiere programmiere ' +
    'implémente programa implementa',
  mathematics:
    'solve calculate compute simplify integrate differentiate factor prove evaluate berechne löse calcule calcula résous вычисли реши',
  reasoning: 'deduce infer compare weigh argue analyze analyse plan decide judge',
  question_answering:
    'explain describe define who what when where which why how is are does did was were can should answer erkläre erklären explique explica wer was wann wo wie warum quel quelle pourquoi comment qué cómo cuándo quién',
  chat: 'hello hi hey thanks hola bonjour hallo ciao salut olá namaste',
};

/** Words that speak for a task wherever they stand. */
const STRONG: Words = {
  translation:
    'translation translated translator übersetzung traduction traducción tradução traduzione vertaling перевод',
  summarisation:
    'summary tldr synopsis gist abstract zusammenfassung résumé resumen resumo riassunto samenvatting podsumowanie özet',
  classification: 'classification sentiment spam toxicity categories classifier',
  extraction: 'extraction entities placeholders',
  writing:
    'essay poem haiku story blog slogan lyrics song tweet headline newsletter screenplay sonnet limerick fable gedicht aufsatz ' +
    'poème poema cuento carta',
  code:
    'python javascript typescript java kotlin golang rust php ruby sql regex html css bash powershell docker kubernetes ' +
    'traceback stacktrace refactoring codebase nullpointerexception segfault react django numpy pandas postgres ' +
    'function algorithm bug debugger compiler api endpoint unittest cpp csharp json yaml',
  mathematics:
    'equation equations integral derivative probability theorem polynomial matrix triangle perimeter radius hypotenuse ' +
    'logarithm cosine sine tangent arithmetic algebra geometry eigenvalue quadratic gleichung équation ecuación',
  reasoning:
    'riddle puzzle premise premises syllogism logically paradox deduction hypothesis fallacy tradeoffs dilemma rätsel',
  question_answering: 'trivia quiz',
};

/** Words that speak for a task faintly: several of them together decide. */
const FAINT: Words = {
  translation:
    'language sentence phrase idiom french german spanish italian portuguese russian chinese japanese korean',
  summarisation: 'article transcript paragraph bullets meeting minutes shorter',
  classification: 'positive negative neutral label labels category class intent',
  extraction: 'names dates fields invoice receipt key values mentioned',
  writing: 'email letter speech paragraph tone formal character audience persuasive article mail brief e',
  code: 'code class method loop array string variable compile script library database query git server exception return test',
  mathematics:
    'sum total percent percentage average each cost minutes hours dollars per twice half remaining left digits integer number',
  reasoning: 'therefore conclude conclusion consistent exactly statements liar knight clue pros cons',
  question_answering: 'capital meaning difference history population invented born country',
};

/** Pairs of words. */
const PAIRS: Partial<Record<Task, readonly string[]>> = {
  summarisation: ['key points', 'main points', 'main ideas', 'tl dr'],
  mathematics: ['how many', 'how much', 'word problem'],
  translation: [
    'into french',
    'into german',
    'into spanish',
    'into english',
    'to english',
    'to french',
    'to german',
    'to spanish',
  ],
  reasoning: ['by step'],
  question_answering: ['tell me', 'following passage', 'the passage', 'the following'],
  code: ['unit tests', 'unit test', 'pull request', 'source code', 'stack trace', 'shell script'],
  chat: ['are you', 'thank you', 'good morning'],
};

/** Signs that are no words, looked for as they stand. */
const SIGNS: readonly [sign: string, task: Task, weight: number][] = [
  ['```', 'code', 4],
  ['#include', 'code', 4],
  ['Traceback (most recent', 'code', 5],
  ['public static', 'code', 4],
  ['console.log', 'code', 3],
  ['function(', 'code', 2],
  ['def ', 'code', 1.5],
  ['const ', 'code', 1.5],
  ['SELECT ', 'code', 2],
  [');\n', 'code', 2],
  ['();', 'code', 2],
  [') {', 'code', 2],
  ['=> ', 'code', 1.5],
  ['==', 'code', 1],
  ['std::', 'code', 2],
  ['Exception', 'code', 1.5],
  ['</', 'code', 1],
  ['\\frac', 'mathematics', 4],
  ['\\int', 'mathematics', 3],
  ['\\sum', 'mathematics', 3],
  ['\\sqrt', 'mathematics', 3],
  ['x^', 'mathematics', 2],
  ['^2', 'mathematics', 2],
  ['∫', 'mathematics', 4],
  ['√', 'mathematics', 3],
  ['\nA)', 'question_answering', 2],
  ['\nA.', 'question_answering', 2],
  ['(A)', 'question_answering', 2],
];

/** The same for scripts that put no spaces between words. */
const UNSPACED_SIGNS: readonly [sign: string, task: Task, weight: number][] = [
  ...['翻译', '翻譯', '翻訳', '번역', 'แปล'].map((sign): [string, Task, number] => [sign, 'translation', 5]),
  ...['总结', '總結', '摘要', '要約', 'まとめ', '요약', 'สรุป'].map((sign): [string, Task, number] => [
    sign,
    'summarisation',
    5,
  ]),
  ...['代码', '程式', 'コード', '코드', '函数', '関数'].map((sign): [string, Task, number] => [sign, 'code', 3]),
  ...['写一', '寫一', '書いて', '작성'].map((sign): [string, Task, number] => [sign, 'writing', 3]),
  ...['计算', '計算', '계산', '方程'].map((sign): [string, Task, number] => [sign, 'mathematics', 4]),
  ...['分类', '分類', '분류'].map((sign): [string, Task, number] => [sign, 'classification', 4]),
  ...['提取', '抽出', '추출'].map((sign): [string, Task, number] => [sign, 'extraction', 4]),
  ...['什么', '什麼', '何', '무엇', '吗'].map((sign): [string, Task, number] => [sign, 'question_answering', 2]),
];

/** Words that may stand before a command: "could you please translate". */
export const POLITE_WORDS: ReadonlySet<string> = new Set(
  'please can could would you will kindly i want need to help me now and then bitte kannst du mir können sie por favor pouvez vous s il te plaît puoi você pode let us first your task is'.split(
    ' ',
  ),
);

export const TASK_NUMBER = Object.fromEntries(TASKS.map((task, index) => [task, index])) as Record<Task, number>;

const words = new Map<string, Cue[]>();
let count = 0;

function add(word: string, task: Task, [weight, weightAsCommand]: [number, number], after?: string): void {
  const cue: Cue = { task: TASK_NUMBER[task], weight, weightAsCommand, after, index: count++ };
  words.set(word, [...(words.get(word) ?? []), cue]);
}

function addWords(table: Words, weights: (task: Task) => [number, number]): void {
  for (const task of TASKS) for (const word of (table[task] ?? '').split(' ')) if (word) add(word, task, weights(task));
}

const WEAK_COMMANDS: readonly Task[] = ['question_answering', 'chat'];

addWords(COMMANDS, (task) => (WEAK_COMMANDS.includes(task) ? [0, 1.5] : [1.5, task === 'writing' ? 3.5 : 5]));
addWords(STRONG, () => [3, 3]);
addWords(FAINT, () => [0.7, 0.7]);
for (const task of TASKS) {
  for (const pair of PAIRS[task] ?? []) {
    const [first = '', second = ''] = pair.split(' ');
    add(second, task, [2, 2], first);
  }
}

/** The cues of each word. */
export const WORD_CUES: ReadonlyMap<string, readonly Cue[]> = words;
export const WORD_CUE_COUNT = count;

/** Signs, with the number of their task. */
export const SIGN_CUES = SIGNS.map(([sign, task, weight]) => ({ sign, task: TASK_NUMBER[task], weight }));
export const UNSPACED_CUES = UNSPACED_SIGNS.map(([sign, task, weight]) => ({ sign, task: TASK_NUMBER[task], weight }));
