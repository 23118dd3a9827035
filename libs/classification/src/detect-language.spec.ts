import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { detectLanguage } from './detect-language.js';

describe('detectLanguage', () => {
  it.each([
    ['en', 'What is 2+2?'],
    ['en', 'Summarize this'],
    ['en', 'Draft an email to Anna about the late parcel'],
    ['en', 'Translate to French: I lost my umbrella on the train'],
    ['en', 'Write a function that sorts a list, and explain each step'],
    ['de', 'Schreibe ein kurzes Gedicht über den Herbst'],
    ['de', 'Wie lange muss ich die Nudeln kochen?'],
    ['fr', 'Résume ce texte en trois phrases'],
    ['fr', "Peux-tu m'aider avec mes devoirs de chimie ?"],
    ['es', 'Escribe un correo a mi jefe sobre las vacaciones'],
    ['es', 'Hola, ¿cómo estás?'],
    ['pt', 'Oi, tudo bem? Preciso de ajuda com meu código'],
    ['it', 'Scrivi una lettera per il mio vicino di casa'],
    ['nl', 'Kun je mij uitleggen hoe een dijk wordt gebouwd?'],
    ['sv', 'Kan du hjälpa mig med min läxa?'],
    ['fi', 'Miten minä teen tämän keiton?'],
    ['pl', 'Proszę napisać krótkie podsumowanie'],
    ['cs', 'Prosím, napiš krátký příběh o kočce'],
    ['ro', 'Vă rog să scrieți o poveste despre mare'],
    ['hu', 'Hogyan kell levest főzni?'],
    ['tr', 'Lütfen bu cümleyi çevir'],
    ['vi', 'Hãy viết cho tôi một bài thơ'],
    ['id', 'Tolong tulis surat untuk teman saya'],
    ['ru', 'Переведи на английский'],
    ['uk', 'Переклади це українською, її батько чекає'],
    ['el', 'Γράψε ένα ποίημα για τη θάλασσα'],
    ['ja', '今日の天気はどうですか'],
    ['zh', '请翻译成英文'],
    ['zh', '请用 Python 写一个函数'],
    ['ko', '번역해 주세요'],
    ['ar', 'لخص هذا النص'],
    ['fa', 'لطفا این متن را خلاصه کنید'],
    ['he', 'כתוב שיר על הים'],
    ['hi', 'इस वाक्य का अनुवाद करें'],
    ['th', 'สรุปบทความนี้'],
    ['und', ''],
    ['und', '12345 6789'],
    ['und', '🙂🙂🙂'],
    ['und', 'def f(x):\n  return x*2'],
    ['und', 'let la = [1, 2]; let el = {}; les(la, el);'],
  ])('reads as %s: %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language);
  });

  it('takes code for English at most', () => {
    expect(['en', 'und']).toContain(detectLanguage('for (let i = 0; i < 10; i++) { console.log(items[i]); }'));
  });

  it('looks at the beginning only', () => {
    expect(detectLanguage(`${'What is that for? '.repeat(20)}${'Это что такое? '.repeat(1_000)}`)).toBe('en');
  });

  it('gives two letters or und for any text, and always the same', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 1_000 }), (text) => {
        expect(detectLanguage(text)).toMatch(/^([a-z]{2}|und)$/);
        expect(detectLanguage(text)).toBe(detectLanguage(text));
      }),
      { numRuns: 500 },
    );
  });
});
