/** Ids and paths that lead elsewhere: none opens a door, and none brings the hub down. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, type RouteName } from '@sanji/server/http/access';
import { BAD_IDS, BAD_TARGETS } from '../attack/bad-paths.ts';
import { callersOf, type Caller } from '../attack/callers.ts';
import { knock, trouble } from '../attack/knock.ts';
import { startPlantedHub, type Planted } from '../attack/planted-hub.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT'];

let planted: Planted;
let callers: Caller[];
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sanji-client-'));
  mkdirSync(join(folder, 'client/_app'), { recursive: true });
  writeFileSync(join(folder, 'client/index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'client/_app/code.js'), 'export {}');
  writeFileSync(join(folder, 'client/.built-from'), 'outside');
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  planted = await startPlantedHub(3, { CLIENT_DIR: join(folder, 'client') });
  callers = callersOf(planted);
});
afterAll(async () => {
  await planted.end();
  rmSync(folder, { recursive: true });
});

const named = (name: string): Caller => {
  const found = callers.find((caller) => caller.name === name);
  if (found === undefined) throw new Error(`nobody is ${name}`);
  return found;
};

describe.each((Object.keys(ACCESS) as RouteName[]).filter((route) => route.includes(':')))('%s', (route) => {
  test('with an id that is none', async () => {
    const [method = '', path = ''] = route.split(' ');
    const found: string[] = [];
    for (const id of BAD_IDS) {
      for (const caller of [named('nobody'), named('the person sunl'), named('the person mayj')]) {
        const target = path.replace(/:\w+/, id);
        const headers = { 'content-type': 'application/json' };
        found.push(
          ...(await trouble(planted, caller, {
            what: `${caller.name} ${target.slice(0, 80)}`,
            method,
            target,
            headers,
            body: '{}',
          })),
        );
      }
    }
    expect(found).toEqual([]);
  });
});

describe('a path that is none', () => {
  test.each(['nobody', 'the terminal of the community', 'the person yangxm', 'the person wug'])(
    'for %s',
    async (name) => {
      const caller = named(name);
      const found: string[] = [];
      for (const template of BAD_TARGETS) {
        const target = template.replace('{feed}', `unit_${planted.street.unit}`);
        found.push(...(await trouble(planted, caller, { what: target.slice(0, 80), target })));
        const { text } = await knock(planted, { target, headers: caller.headers });
        if (text.includes('outside') || text.includes('root:'))
          found.push(`${target}: a file of the machine`);
      }
      expect(found).toEqual([]);
    },
  );

  test('a unit’s feed is for the terminals of that unit, however it is asked for', async () => {
    for (const template of BAD_TARGETS.filter((each) => each.includes('{feed}'))) {
      const target = template.replace('{feed}', `unit_${planted.street.unit}`);
      const { status } = await knock(planted, { target, headers: planted.community.headers });
      expect([target, status]).toEqual([target, status === 400 ? 400 : 403]);
    }
  });
});

test('a method that is none of the table’s does nothing', async () => {
  const found: string[] = [];
  for (const method of METHODS) {
    for (const target of [
      '/',
      '/api/session',
      '/api/audit',
      '/sync/push',
      '/sync/pull?feed=catalog',
      '/healthz',
      '/_app/code.js',
    ]) {
      const caller = named('the person wug');
      found.push(...(await trouble(planted, caller, { what: `${method} ${target}`, method, target })));
    }
  }
  expect(found).toEqual([]);
  for (const method of ['PATCH', 'PROPFIND', 'PUT']) {
    const { status } = await knock(planted, {
      method,
      target: '/api/audit',
      headers: named('the person wug').headers,
    });
    expect(status).toBe(404);
  }
});

test('nothing went wrong inside', async () => {
  expect((await knock(planted, { target: '/metrics' })).text).toMatch(/^faults_total 0$/m);
});
