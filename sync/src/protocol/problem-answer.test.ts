import { expect, test } from 'vitest';
import { problemOfAnswer } from './problem-answer.ts';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

test('a problem document is that problem, with its parameters', async () => {
  const given = { code: 'locked-out', params: { minutes: 15 } };
  expect(await problemOfAnswer(answer(423, given))).toMatchObject(given);
});

test.each(['toString', 'constructor', 'no-such-problem'])(
  '«%s» is no problem of the catalogue',
  async (code) => {
    expect(await problemOfAnswer(answer(500, { code }))).toMatchObject({
      code: 'internal',
      params: { reference: '500' },
    });
  },
);

test.each([302, 502, 503, 504])(
  'a proxy that answers %i in the hub’s place is a lost line',
  async (status) => {
    expect(await problemOfAnswer(answer(status, '<html>'))).toMatchObject({ code: 'offline' });
  },
);

test.each([
  [{}, 30],
  [{ 'retry-after': '7' }, 7],
])('who asks too often learns when to come again', async (headers, retryAfterS) => {
  expect(await problemOfAnswer(answer(429, 'slow down', headers))).toMatchObject({
    code: 'rate-limited',
    params: { retryAfterS },
  });
});
