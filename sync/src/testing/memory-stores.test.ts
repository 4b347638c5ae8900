import { feedStoreSuite, masterStoreSuite } from './hub-store-suites.ts';
import { localStoreSuite } from './local-store-suite.ts';
import { MemoryFeedStore, MemoryMasterStore } from './memory-hub-stores.ts';
import { MemoryLocalStore } from './memory-local-store.ts';

localStoreSuite(async () => new MemoryLocalStore());
masterStoreSuite(async () => new MemoryMasterStore());
feedStoreSuite(async () => new MemoryFeedStore());
