/** Scripts by the range of their letters, and the language of most texts in each; Unicode's block charts. */
const RANGES: readonly [first: number, last: number, language: string][] = [
  [0x370, 0x3ff, 'el'],
  [0x400, 0x52f, 'cyrillic'],
  [0x530, 0x58f, 'hy'],
  [0x590, 0x5ff, 'he'],
  [0x600, 0x77f, 'arabic'],
  [0x900, 0x97f, 'hi'],
  [0x980, 0x9ff, 'bn'],
  [0xa00, 0xa7f, 'pa'],
  [0xa80, 0xaff, 'gu'],
  [0xb80, 0xbff, 'ta'],
  [0xc00, 0xc7f, 'te'],
  [0xc80, 0xcff, 'kn'],
  [0xd00, 0xd7f, 'ml'],
  [0xd80, 0xdff, 'si'],
  [0xe00, 0xe7f, 'th'],
  [0xe80, 0xeff, 'lo'],
  [0x1000, 0x109f, 'my'],
  [0x10a0, 0x10ff, 'ka'],
  [0x1100, 0x11ff, 'ko'],
  [0x1200, 0x137f, 'am'],
  [0x1780, 0x17ff, 'km'],
  [0x3040, 0x30ff, 'kana'],
  [0x3400, 0x9fff, 'han'],
  [0xac00, 0xd7af, 'ko'],
];

/** Letters that tell languages of one script apart, the most particular first; the last stands for the rest. */
const TELLING: Readonly<Record<string, readonly [letters: string, language: string][]>> = {
  cyrillic: [
    ['ў', 'be'],
    ['їєґ', 'uk'],
    ['ђћљњј', 'sr'],
    ['әқңғұ', 'kk'],
    ['ыэё', 'ru'],
    ['і', 'uk'],
    ['', 'ru'],
  ],
  arabic: [
    ['ٹڈےںہ', 'ur'],
    ['پچژگیک', 'fa'],
    ['', 'ar'],
  ],
};

/** The script of a letter beyond the Latin ones, by the name of its language or group; undefined where it is none. */
export function scriptOf(code: number): string | undefined {
  return RANGES.find(([first, last]) => code >= first && code <= last)?.[2];
}

/** The language of a text whose letters are mostly of one script that is not Latin; `counts` by script. */
export function languageOfScript(script: string, text: string, counts: ReadonlyMap<string, number>): string {
  if (script === 'kana') return 'ja';
  if (script === 'han') return (counts.get('kana') ?? 0) * 10 >= (counts.get('han') ?? 0) ? 'ja' : 'zh';
  const telling = TELLING[script];
  if (telling === undefined) return script;
  const found = telling.find(
    ([letters]) => letters === '' || letters.split('').some((letter) => text.includes(letter)),
  );
  return found?.[1] ?? script;
}
