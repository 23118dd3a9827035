import { describe, expect, it } from '@jest/globals';
import { Markups } from './markups.js';

const projects = [{ name: 'shop' }, { name: 'lab', plan: 'free' }];
const markups = new Markups({
  markups: [
    { organization: 'acme', millionths: 10_000 },
    { organization: 'spared', millionths: 0 },
  ],
  organizations: [
    { name: 'demo', plan: 'paid', projects },
    { name: 'acme', plan: 'paid', projects },
    { name: 'spared', plan: 'paid', projects },
    { name: 'plain', projects: [{ name: 'shop' }] },
  ],
  plans: [
    { name: 'paid', markupMillionths: 200_000 },
    { name: 'free', markupMillionths: -1_000_000 },
  ],
});

describe('the markup of a request', () => {
  it.each([
    ['demo', 'shop', 200_000],
    ['demo', 'lab', -1_000_000],
    ['demo', 'gone', 200_000],
    ['acme', 'lab', 10_000],
    ['spared', 'shop', 0],
    ['plain', 'shop', 0],
    ['nobody', 'shop', 0],
  ])('of %s/%s is %d', (organization, project, millionths) => {
    expect(markups.of({ organization, project })).toBe(millionths);
  });
});
