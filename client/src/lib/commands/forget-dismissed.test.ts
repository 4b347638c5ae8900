import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import type { Staff } from '@sanji/sync/domain/catalog';
import { CredentialStore } from '#lib/local/credential-store.ts';
import { StationDatabase } from '#lib/local/station-database.ts';
import { forgetDismissed } from './forget-dismissed.ts';

const HOME = '530102001013';
const people = (...changes: Partial<Staff>[]) => ({
  staff: new Map(
    changes.map((change, i) => {
      const staffId = `clerk${String(i)}`;
      const base = { staffId, name: staffId, unit: HOME, roles: [], position: { zh: '', en: '' } };
      return [staffId, { ...base, active: true, ...change }];
    }),
  ),
});

test('the wrapped key of whoever was dismissed or moved goes; the others unlock as before', async () => {
  const database = new StationDatabase('dismissed');
  await database.open();
  const credentials = new CredentialStore(database);
  const unlock = { password: 'Wuhua-2026', rawKey: new Uint8Array(32) };
  for (const staffId of ['clerk0', 'clerk1', 'clerk2', 'clerk3'])
    await credentials.remember({ staffId, name: staffId, offlineUntil: 10 }, unlock);
  const known = async () => (await credentials.all()).map(({ staffId }) => staffId);

  await forgetDismissed(credentials, people(), HOME);
  expect(await known()).toHaveLength(4);
  await forgetDismissed(credentials, people({}, { active: false }, { unit: '530102001000' }), HOME);
  expect(await known()).toEqual(['clerk0', 'clerk3']);
  expect(await credentials.check('clerk1', 'Wuhua-2026', 0)).toEqual({ kind: 'unknown' });
  expect(await credentials.check('clerk0', 'Wuhua-2026', 0)).toMatchObject({ kind: 'ok' });
  database.close();
});
