/** Every route of the access table, tried by everybody who may not use it, and by some who may. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, type RouteName } from '@sanji/server/http/access';
import { callersOf, type Caller } from '../attack/callers.ts';
import { offencesOf } from '../attack/offences.ts';
import { startPlantedHub, type Planted } from '../attack/planted-hub.ts';
import { sendRaw } from '../attack/raw-request.ts';

const ROUTES = Object.keys(ACCESS) as RouteName[];
/** Streams without an end: who is let in is watched elsewhere. */
const ENDLESS = 'GET /sync/events';
/** What a caller must not really do to the others of this file. */
const DISRUPTIVE = 'DELETE /api/session';

let planted: Planted;
let callers: Caller[];
beforeAll(async () => {
  planted = await startPlantedHub(1);
  callers = callersOf(planted);
});
afterAll(() => planted.end());

let address = 0;
/** Each from an address of its own, as behind a proxy. */
function knock(route: string, headers: Record<string, string>, body?: string) {
  address += 1;
  const [method = '', path = ''] = route.split(' ');
  const target = path.replace(/:\w+/g, 'nobody00');
  const asked =
    target === '/sync/pull' || target === '/sync/snapshot'
      ? `${target}?feed=unit_${planted.community.unit}`
      : target;
  return sendRaw(planted.hub.url, {
    method,
    target: asked,
    headers: {
      'x-forwarded-for': `10.${String((address >> 16) & 255)}.${String((address >> 8) & 255)}.${String(address & 255)}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
}

describe.each(ROUTES)('%s', (route) => {
  test('answers everybody as the table says, and nobody with what is not theirs', async () => {
    for (const caller of callers) {
      const refusal = caller.refusal(ACCESS[route]);
      if (refusal === undefined && (route === ENDLESS || route === DISRUPTIVE)) continue;
      const body = route.startsWith('GET') ? undefined : '{}';
      const answer = await knock(route, caller.headers, body);
      const foreign = planted.foreignTo(caller.unit);
      // The whole record is the audit administrator's to take.
      const isAudit = route === 'GET /api/audit/export' && refusal === undefined;
      const isInterface = route.includes(' /api/') || route.includes(' /sync/');
      expect([caller.name, ...offencesOf({ answer, foreign: isAudit ? [] : foreign, isInterface })]).toEqual([
        caller.name,
      ]);
      if (refusal !== undefined)
        expect([caller.name, answer.text]).toEqual([
          caller.name,
          expect.stringContaining(`"code":"${refusal}"`),
        ]);
    }
  });
});

test('nothing went wrong inside either', async () => {
  const { text } = await sendRaw(planted.hub.url, { target: '/metrics' });
  expect(text).toMatch(/^faults_total 0$/m);
});

test('the watch sees a secret where there is one: in a page, packed, and in the whole record', async () => {
  const { community, secrets, cookieOf } = planted;
  const own = secrets.get(community.unit) ?? [];
  for (const route of ['GET /sync/pull', 'GET /sync/snapshot']) {
    const answer = await knock(route, community.headers);
    expect(offencesOf({ answer, foreign: own, isInterface: true })).toEqual([`leaked ${own.join(', ')}`]);
  }
  const answer = await knock('GET /api/audit/export', { cookie: cookieOf('wug') });
  expect(offencesOf({ answer, foreign: own, isInterface: true })).toEqual([`leaked ${own.join(', ')}`]);
});
