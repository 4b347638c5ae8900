import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openEmbeddedStore } from '@sanji/server/store/embedded-store';

interface Acknowledged {
  database: string;
  id: string;
}

async function writeUntilKilled(path: string, enough: number): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];
  const child = fork(fileURLToPath(new URL('store-crash-writer.ts', import.meta.url)), [path], {
    execArgv: [],
  });
  child.on('message', (message) => {
    acknowledged.push(message as Acknowledged);
    if (acknowledged.length === enough) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

test('after SIGKILL in the midst of writing, everything acknowledged is there, and the lock is free', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-crash-'));
  const path = join(folder, 'hub.sqlite');
  const acknowledged: Acknowledged[] = [];
  for (const enough of [1, 60, 151, 302]) {
    acknowledged.push(...(await writeUntilKilled(path, enough)));
    const store = openEmbeddedStore({ path });
    for (const name of ['cases', 'audit']) {
      const database = await store.open(name);
      const ids = acknowledged.filter((entry) => entry.database === name).map(({ id }) => id);
      const found = await database.getMany(ids);
      expect(found.map((doc) => doc?._id)).toEqual(ids);
      const { rows } = await database.changes(null, 100_000, { docs: false });
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      const listed = new Set(rows.map(({ id }) => id));
      expect(ids.filter((id) => !listed.has(id))).toEqual([]);
    }
    await store.close();
  }
  rmSync(folder, { recursive: true });
});

test('a second process is refused by name while the first is alive', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-lock-'));
  const path = join(folder, 'hub.sqlite');
  const child = fork(fileURLToPath(new URL('store-crash-writer.ts', import.meta.url)), [path], {
    execArgv: [],
  });
  await once(child, 'message');
  expect(() => openEmbeddedStore({ path })).toThrow(expect.objectContaining({ code: 'file-locked' }));
  child.kill('SIGKILL');
  await once(child, 'close');
  rmSync(folder, { recursive: true });
});
