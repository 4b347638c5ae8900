import { feedStoreSuite, masterStoreSuite, quarantineSuite, registerSuite } from './hub-store-suites.ts';
import { localStoreSuite } from './local-store-suite.ts';
import { MemoryFeedStore, MemoryMasterStore, MemoryQuarantine, MemoryRegister } from './memory-hub-stores.ts';
import { MemoryLocalStore } from './memory-local-store.ts';

localStoreSuite(async () => new MemoryLocalStore());
masterStoreSuite(async () => new MemoryMasterStore());
feedStoreSuite(async () => new MemoryFeedStore());
registerSuite(async () => new MemoryRegister());
quarantineSuite(async () => new MemoryQuarantine());
