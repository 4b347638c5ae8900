/** Who was dismissed, or works elsewhere now, does not open this terminal any more, with the line or without; the others go on. */
import type { Catalog } from '@sanji/sync/domain/catalog';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import type { CredentialStore } from '#lib/local/credential-store.ts';

/** Deletes the seal key as wrapped for them. Idempotent; to be asked whenever the catalog has moved. */
export async function forgetDismissed(
  credentials: Pick<CredentialStore, 'all' | 'forget'>,
  { staff }: Pick<Catalog, 'staff'>,
  home: UnitCode,
): Promise<void> {
  for (const { staffId } of await credentials.all()) {
    const known = staff.get(staffId);
    // A catalog that has not come yet dismisses nobody.
    if (known !== undefined && !(known.active && known.unit === home)) await credentials.forget(staffId);
  }
}
