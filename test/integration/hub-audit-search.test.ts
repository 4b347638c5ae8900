/** The audit log is searched by what is in it, page by page; every look and every file is an entry of its own. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';

let hub: TestHub;
let headers: { cookie: string };
beforeAll(async () => {
  hub = await startTestHub();
  headers = await login(hub.url, 'wug');
  for (let i = 0; i < 5; i++)
    await hub.hub.container.audit({
      kind: 'restores-read',
      staffId: 'hub',
      object: `unit:${String(i)}`,
      result: 'ok',
      details: { reason: i === 3 ? 'Lost on the way' : 'none' },
    });
});
afterAll(() => hub.end());

async function objects(query: string): Promise<string[]> {
  const { body } = await ask(hub.url, `GET /api/audit?kind=restores-read&${query}`, { headers });
  return (body['entries'] as { object: string }[]).map(({ object }) => object);
}

test('by text in the object and in the details, whatever the case of its letters', async () => {
  expect(await objects('text=lost ON')).toEqual(['unit:3']);
  expect(await objects('text=UNIT:4')).toEqual(['unit:4']);
  expect(await objects('text=nowhere')).toEqual([]);
});

test('page by page, without a gap and without one twice, while entries are added', async () => {
  const found: string[] = [];
  for (let before = ''; found.length < 5;) {
    const { body } = await ask(hub.url, `GET /api/audit?kind=restores-read&limit=2${before}`, { headers });
    const entries = body['entries'] as { object: string; seq: number }[];
    found.push(...entries.map(({ object }) => object));
    before = `&before=${String(entries.at(-1)?.seq)}`;
  }
  expect(found).toEqual(['unit:4', 'unit:3', 'unit:2', 'unit:1', 'unit:0']);
});

test('a look and a file are written down apart, with who and how many', async () => {
  await objects('limit=1');
  await objects('purpose=file');
  const { body } = await ask(hub.url, 'GET /api/audit?staffId=wug&limit=2', { headers });
  expect(body['entries']).toMatchObject([
    { kind: 'audit-file', details: { entries: 5 } },
    { kind: 'audit-read', details: { entries: 1 } },
  ]);
});
