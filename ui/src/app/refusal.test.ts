import { expect, test } from 'vitest';
import { refusalText, sentence, sentences } from './refusal';

test('the words of the core become sentences: a capital first, a full stop last', () => {
  expect(sentence('the port is taken')).toBe('The port is taken.');
  expect(sentence('refused')).toBe('Refused.');
  expect(sentence(' Is it open? ')).toBe('Is it open?');
  expect(sentence('It said “no.”')).toBe('It said “no.”');
  expect(sentence('')).toBe('');
});

test('what is no plain word keeps its shape', () => {
  expect(sentence('smtp.example.com does not answer')).toBe('smtp.example.com does not answer.');
  expect(sentence('iPhone numbers only')).toBe('iPhone numbers only.');
  expect(sentence('550 5.1.1')).toBe('550 5.1.1.');
  expect(sentence('`from` is missing')).toBe('`from` is missing.');
});

test('a message and its remedy never run into each other', () => {
  expect(refusalText({ message: 'No answer', remedy: 'try again' })).toBe('No answer. Try again.');
  expect(sentences('No answer', null, '', 'wait')).toBe('No answer. Wait.');
});
