import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTION_KINDS } from '../domain/lifecycle.ts';
import { makeAction, makeSigner } from '../testing/factories.ts';
import { MAX_ACTION_BYTES, parseSignedAction } from './parse-action.ts';

const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const codeOf = (input: unknown): string => {
  const result = parseSignedAction(input);
  return result.ok ? 'ok' : result.problem.code;
};

it.each(ACTION_KINDS)('takes a well-formed %s and changes nothing in it', (kind) => {
  const action = wire(makeAction(kind));
  expect(parseSignedAction(action)).toEqual({ ok: true, value: action });
});

it('takes what a device signs', async () => {
  expect(codeOf(wire(await (await makeSigner()).sign('receive')))).toBe('ok');
});

describe('refuses', () => {
  const note = makeAction('note');
  const withBody = (part: object): unknown => ({ ...note, body: { ...note.body, ...part } });

  it.each([
    ['no object', null],
    ['an unknown field', { ...note, extra: 1 }],
    ['an unknown kind', withBody({ kind: 'bribe' })],
    ['a kind from the prototype', withBody({ kind: 'toString' })],
    ['another kind’s payload', withBody({ kind: 'forward' })],
    ['a field too many in the payload', withBody({ payload: { text: 'a', x: 1 } })],
    ['too long a text', withBody({ payload: { text: 'x'.repeat(2_001) } })],
    ['a lone surrogate', withBody({ payload: { text: '\ud800' } })],
    ['a time that is no number', withBody({ at: Number.NaN })],
    ['an id of no device', withBody({ id: '__proto__.1' })],
    ['a case id of another form', withBody({ caseId: '../../etc' })],
    ['a version to come', withBody({ v: 2 })],
    ['a short signature', { ...note, sig: 'abc' }],
  ])('%s', (_what, input) => {
    expect(codeOf(input)).toBe('malformed');
  });

  it('keys that reach a prototype, however deep', () => {
    const text = JSON.stringify(makeAction('draft')).replace('"form":{', '"form":{"__proto__":{"x":1}');
    expect(codeOf(JSON.parse(text))).toBe('malformed');
    expect(codeOf(JSON.parse('{"__proto__":{}}'))).toBe('malformed');
  });

  it('what is too large, before looking at it', () => {
    expect(codeOf({ junk: 'x'.repeat(MAX_ACTION_BYTES) })).toBe('too-large');
  });

  it('names the place, not the content', () => {
    expect(parseSignedAction(withBody({ payload: { text: 7 } }))).toEqual({
      ok: false,
      problem: { code: 'malformed', params: { where: 'body.payload.text' } },
    });
  });
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (input) => {
      expect(parseSignedAction(input).ok).toBe(false);
    }),
  );
});
