/** Where the router of this process stands. */
import type { RouterCheckpoint } from '@sanji/sync/replication/ports';
import type { DirectoryStore } from './directory-store.ts';

/**
 * Each process routes every change itself, so that it pokes its own streams whichever process wrote; what is stored only says where the
 * next start begins. Saves in any order are harmless: an older one costs a second fan-out.
 */
export async function openRouterCheckpoint(
  directory: Pick<DirectoryStore, 'documents'>,
): Promise<RouterCheckpoint> {
  const documents = directory.documents<{ since: string }>('router');
  let current = (await documents.find('checkpoint'))?.value.since ?? null;
  return {
    read: () => Promise.resolve(current),
    save: async (since) => {
      const found = await documents.find('checkpoint');
      await documents.put('checkpoint', { since }, found?.rev);
      current = since;
    },
  };
}
