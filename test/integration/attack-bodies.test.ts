/** Every route with every bad body, from somebody whom the route lets in: it is refused in words, and the hub is as it was. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, type RouteName } from '@sanji/server/http/access';
import { badBodies } from '../attack/bad-bodies.ts';
import { callersOf, type Caller } from '../attack/callers.ts';
import { knock, trouble } from '../attack/knock.ts';
import { startPlantedHub, type Planted } from '../attack/planted-hub.ts';

let planted: Planted;
let callers: Caller[];
beforeAll(async () => {
  planted = await startPlantedHub(2);
  callers = callersOf(planted);
});
afterAll(() => planted.end());

const BODIES = badBodies();
/** `GET /sync/events` never ends; logging out would end the attack. */
const ROUTES = (Object.keys(ACCESS) as RouteName[]).filter(
  (route) => route !== 'GET /sync/events' && route !== 'DELETE /api/session',
);

/** Routes that take more than the usual 64 KB. */
const LONG = new Set<RouteName>([
  'POST /sync/push',
  'POST /sync/catalog',
  'POST /sync/handover',
  'POST /api/matter-drafts',
]);
/** `npm run attack` */
const isWhole = process.env['ATTACK_SHARE'] === '1';

describe.each(ROUTES)('%s', (route) => {
  test('refuses what is no body of its own', async () => {
    const [method = '', path = ''] = route.split(' ');
    // The district's people come last, and may do most.
    const welcome = callers.findLast((caller) => caller.refusal(ACCESS[route]) === undefined);
    const found: string[] = [];
    for (const { name, body, headers, isHeavy } of BODIES) {
      if (isHeavy === true && !isWhole && !LONG.has(route)) continue;
      const request = {
        what: name,
        method,
        target: path.replace(/:\w+/, 'nobody00'),
        headers: { 'content-type': 'application/json', ...headers },
        body,
      };
      const everything = welcome?.headers['cookie'] === planted.cookieOf('wug');
      const caller = welcome ?? { headers: {} };
      // What the audit administrator may take is not theirs to keep from them.
      if (everything && route === 'GET /api/audit/export') continue;
      found.push(...(await trouble(planted, caller, request)));
    }
    expect(found).toEqual([]);
  });
});

describe('afterwards', () => {
  test('no prototype was reached', () => {
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test('nothing went wrong inside, and the neighbours are served', async () => {
    const figures = await knock(planted, { target: '/metrics' });
    expect(figures.text).toMatch(/^faults_total 0$/m);
    const page = await knock(planted, { target: '/sync/pull?feed=catalog', headers: planted.street.headers });
    expect(page.status).toBe(200);
  });
});
