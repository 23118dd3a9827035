import type { DataClass } from '#libs/contracts';
import { Chance, DECOYS, VALUES } from './labelled-values.fixture.js';

/** A text with what is in it, by places. */
export interface LabelledText {
  readonly text: string;
  readonly labels: readonly { readonly start: number; readonly end: number; readonly class: DataClass }[];
}

const PROSE: Readonly<Record<string, readonly string[]>> = {
  en: ['Please note the following:', 'as agreed yesterday', 'and let me know', 'Kind regards', 'the customer wrote'],
  de: [
    'Bitte beachten Sie Folgendes:',
    'wie gestern besprochen',
    'und geben Sie Bescheid',
    'Mit freundlichen Grüßen',
    'der Kunde schrieb',
  ],
  fr: ['Veuillez noter :', 'comme convenu hier', 'et tenez-moi au courant', 'Cordialement', 'le client a écrit'],
  es: ['Tenga en cuenta lo siguiente:', 'como acordamos ayer', 'y avíseme', 'Saludos', 'el cliente escribió'],
  it: ['Si prega di notare:', 'come concordato ieri', 'e fatemi sapere', 'Cordiali saluti', 'il cliente ha scritto'],
  nl: [
    'Let op het volgende:',
    'zoals gisteren afgesproken',
    'en laat het weten',
    'Met vriendelijke groet',
    'de klant schreef',
  ],
  pl: ['Proszę zwrócić uwagę:', 'jak ustalono wczoraj', 'i proszę o odpowiedź', 'Pozdrawiam', 'klient napisał'],
  pt: ['Por favor, note:', 'como combinado ontem', 'e avise-me', 'Cumprimentos', 'o cliente escreveu'],
};
export const LANGUAGES = Object.keys(PROSE);

interface Part {
  /** Words right before the value, such as "Tel. ". */
  readonly announce?: string | undefined;
  readonly text: string;
  readonly class?: DataClass;
}

type Form = (parts: readonly Part[], say: () => string) => Part[];

/** How parts are put together; what a value stands in must not change it. */
const FORMS: Readonly<Record<string, Form>> = {
  prose: (parts, say) => parts.flatMap((part) => [{ text: `${say()} ` }, part, { text: `. ` }]),
  chat: (parts, say) => parts.flatMap((part) => [{ text: `[10:42] user: ${say()} ` }, part, { text: '\n' }]),
  csv: (parts, say) => [...parts.flatMap((part) => [part, { text: ';' }]), { text: `${say()}\n` }],
  json: (parts, say) => [
    { text: `{"note": "${say()}"` },
    ...parts.flatMap((part, index) => [{ text: `, "field_${'abcdefgh'[index]}": "` }, part, { text: '"' }]),
    { text: '}' },
  ],
  log: (parts) =>
    parts.flatMap((part) => [
      { text: '2026-03-01T10:00:00Z INFO handled request from ' },
      part,
      { text: ' in 12ms\n' },
    ]),
  markup: (parts, say) => parts.flatMap((part) => [{ text: `<p>${say()} <b>` }, part, { text: '</b></p>' }]),
};
export const FORMATS = Object.keys(FORMS);

/** Texts in several languages and formats, with values of every built-in class and with what only looks like one. */
export function labelledTexts(count: number, seed = 1): LabelledText[] {
  const chance = new Chance(seed);
  return Array.from({ length: count }, (_, index) => {
    const phrases = PROSE[LANGUAGES[index % LANGUAGES.length] ?? 'en'] ?? [];
    const form = FORMS[chance.of(FORMATS)] as Form;
    return labelled(form(drawParts(chance), () => chance.of(phrases)));
  });
}

function drawParts(chance: Chance): Part[] {
  return Array.from({ length: 1 + chance.below(3) }, () => {
    if (chance.next() < 0.4) return { text: chance.of(DECOYS)(chance) };
    const name = chance.of(Object.keys(VALUES));
    const { value, announce } = (VALUES[name] as (typeof VALUES)[string])(chance);
    return { announce, text: value, class: name as DataClass };
  });
}

function labelled(parts: readonly Part[]): LabelledText {
  let text = '';
  const labels: { start: number; end: number; class: DataClass }[] = [];
  for (const part of parts) {
    text += part.announce ?? '';
    if (part.class !== undefined)
      labels.push({ start: text.length, end: text.length + part.text.length, class: part.class });
    text += part.text;
  }
  return { text, labels };
}
