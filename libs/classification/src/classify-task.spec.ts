import { describe, expect, it } from '@jest/globals';
import { assert, boolean, property, string } from 'fast-check';
import { TASKS } from '#libs/contracts';
import { classifyTask, type TaskInput } from './classify-task.js';

function taskOf(text: string, more: Partial<TaskInput> = {}): string {
  return classifyTask({ text, usesTools: false, hasImages: false, hasAudio: false, jsonSchema: false, ...more });
}

const REPORT =
  'The harbour was busy all week and nobody had time to count the crates that came in from the north. '.repeat(30);

describe('classifyTask', () => {
  it.each<[task: string, text: string, more?: Partial<TaskInput>]>([
    ['chat', 'Hello there, lovely weather today'],
    ['chat', 'I feel a bit tired after the long ride home.'],
    ['chat', 'Hi! How are you doing?'],
    ['chat', ''],
    ['question_answering', 'What is the capital of Mongolia?'],
    ['question_answering', 'Who painted the ceiling of that chapel in Rome?'],
    ['question_answering', 'Explain how tides work'],
    ['question_answering', 'Which metal is liquid at room temperature?\nA) iron\nB) mercury\nC) tin'],
    ['code', 'Write a Python function that returns the longest word of a line'],
    ['code', 'How do I reverse a list in JavaScript?'],
    ['code', 'Why does this fail?\n```\nfor (const x of rows) { total += x; }\n```'],
    ['code', 'Please refactor the class below so that the loop is gone'],
    ['code', 'SELECT name FROM guests WHERE nights > 3 -- make this query faster'],
    ['mathematics', 'Solve 3x + 5 = 20 for x'],
    ['mathematics', 'What is the derivative of sin(x) * x^2?'],
    ['mathematics', 'Nina has 14 apples, gives 3 to Omar and buys 6 more. How many apples does she have?'],
    ['mathematics', 'Calculate the area of a circle with radius 7 cm'],
    [
      'reasoning',
      'Here is a riddle: the more you take, the more you leave behind. Solve the puzzle logically, step by step.',
    ],
    ['extraction', 'Extract all names and dates from the letter below.\n\nDear Paul, we met on 3 May.'],
    ['extraction', 'Order 118 of Ms. Vega, two chairs, delivered in June', { jsonSchema: true }],
    ['classification', 'Classify the review as positive, negative or neutral: "The soup was cold."'],
    ['classification', 'What is the sentiment of this message?'],
    ['summarisation', `Summarize the following article in two sentences:\n\n${REPORT}`],
    ['summarisation', `${REPORT}\n\nGive me a short summary with the key points.`],
    ['summarisation', `Fasse den folgenden Text zusammen: ${REPORT}`],
    ['summarisation', 'Résume ce texte en trois phrases.'],
    ['summarisation', '次の文章を要約してください。'],
    ['translation', 'Translate into French: where is the station?'],
    ['translation', 'Could you please translate this sentence to German?'],
    ['translation', 'Übersetze den Satz ins Englische: Der Zug ist voll.'],
    ['translation', 'Traduce al inglés: la puerta está abierta'],
    ['translation', 'Переведи на английский: дверь открыта'],
    ['translation', '请把这句话翻译成英文：门开着。'],
    ['writing', 'Write a poem about an old lighthouse'],
    ['writing', 'Draft an email to our landlord about the broken heater'],
    ['writing', 'Schreibe einen Aufsatz über den Wald'],
    ['tool_use', 'Translate this', { usesTools: true }],
    ['vision', 'What is in the picture?', { hasImages: true, usesTools: true }],
    ['audio', 'Write down what is said', { hasAudio: true }],
  ])('reads as %s: %s', (task, text, more = {}) => {
    expect(taskOf(text, more)).toBe(task);
  });

  it('looks at the beginning and the end only', () => {
    const filler = 'The sea was calm. '.repeat(300);
    expect(taskOf(`${filler}Translate into French. Solve the equation.${filler}`)).toBe('chat');
  });

  it('gives a member of the list for any text, and always the same', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 5_000 }), boolean(), (text, jsonSchema) => {
        const task = taskOf(text, { jsonSchema });
        expect(TASKS).toContain(task);
        expect(taskOf(text, { jsonSchema })).toBe(task);
      }),
      { numRuns: 300 },
    );
  });
});
