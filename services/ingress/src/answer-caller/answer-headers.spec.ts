import { describe, expect, it } from '@jest/globals';
import { answerHeaders } from './answer-headers.js';

const warningsOf = (...warnings: string[]): string | undefined =>
  answerHeaders({ status: 200, attempts: 1, warnings })['x-switchyard-warnings'];

describe('answerHeaders', () => {
  it('tells warnings in one line, percent-encoded where they hold more than ASCII', () => {
    expect(warningsOf("'seed' is lost.", "'n' is lost.")).toBe("'seed' is lost. 'n' is lost.");
    expect(warningsOf('é')).toBe('%C3%A9');
  });

  it('names the model that answered, where it is another than was asked for', () => {
    const headers = answerHeaders({ status: 200, attempts: 2, servesModel: 'größer' });
    expect(headers['x-switchyard-served-model']).toBe('gr%C3%B6%C3%9Fer');
    expect(answerHeaders({ status: 200, attempts: 1 })).not.toHaveProperty('x-switchyard-served-model');
  });

  it('tells warnings that were cut within a character', () => {
    expect(warningsOf('\ud83d')).toBe('%EF%BF%BD');
    expect(warningsOf(`${'x'.repeat(999)}😀`)).toBe(`${'x'.repeat(999)}%EF%BF%BD`);
  });
});
