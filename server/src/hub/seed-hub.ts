/** Fills an empty store with the sample district; the catalog goes in as a whole, so an interrupted first start is finished by the next. */
import { loadSampleDistrict } from '../seed/sample-district.ts';
import { hashPassword } from '../sessions/staff-sessions.ts';
import type { Container } from '../container.ts';

export async function seedSampleDistrict({
  catalog,
  stores,
  config,
  clock,
  audit,
}: Container): Promise<void> {
  const { documents, credentials } = loadSampleDistrict(config.sampleDir);
  // Credentials first: a catalog that is there means that the seeding was complete up to it.
  for (const { staffId, password } of credentials) {
    const passwordHash = await hashPassword(password);
    await stores.directory.putStaffCredential({
      staffId,
      passwordHash,
      failures: 0,
      lockedUntil: 0,
      passwordChangedAt: clock.now(),
    });
  }
  await catalog.putAll(documents.map(({ entry }) => entry));
  await audit({
    kind: 'seeded',
    staffId: 'hub',
    object: 'catalog',
    result: 'ok',
    details: { documents: documents.length },
  });
}
