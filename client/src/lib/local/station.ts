/** Everything this terminal stores, opened once a page. */
import type { Dexie } from 'dexie';
import { CASES_STORED_AS, openCaseDatabase, tableOf, type CaseDatabase } from './case-database.ts';
import { CaseReader } from './case-reader.ts';
import { CaseShelf } from './case-shelf.ts';
import { CredentialStore } from './credential-store.ts';
import { DexieDeviceStore } from './device-store.ts';
import { DraftStore } from './draft-store.ts';
import { RxLocalStore } from './local-store.ts';
import { areCasesHere, forgetFeedsOfLostCases } from './lost-cases.ts';
import { SealedOutbox } from './sealed-outbox.ts';
import { Seal } from './seal.ts';
import { StationDatabase } from './station-database.ts';

export interface Station {
  /** Open while somebody has unlocked this terminal: without it no case can be read or written. */
  seal: Seal;
  cases: CaseReader;
  store: RxLocalStore;
  /** What is unsent, as it lies on the disk: readable while the terminal is locked. */
  outbox: SealedOutbox;
  device: DexieDeviceStore;
  drafts: DraftStore;
  credentials: CredentialStore;
  database: StationDatabase;
  /** Calls back when the browser, or somebody at it, has deleted what is stored here. */
  onLost(lost: () => void): void;
  close(): Promise<void>;
}

let opening: Promise<Station> | undefined;

/** Rejects when a database cannot be opened; asking again tries again. */
export function openStation(): Promise<Station> {
  opening ??= open().catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function open(): Promise<Station> {
  const database = new StationDatabase();
  if (!(await areCasesHere(CASES_STORED_AS))) {
    await database.open();
    await forgetFeedsOfLostCases(database);
  }
  const [rx] = await Promise.all([openCaseDatabase(), database.open()]);
  const { dexieDb } = await tableOf(rx.cases);
  return assemble(rx, [database, dexieDb], database);
}

function assemble(rx: CaseDatabase, all: readonly Dexie[], database: StationDatabase): Station {
  const { cases } = rx;
  const gone = Promise.withResolvers<undefined>();
  const lose = (): void => {
    gone.resolve(undefined);
  };
  for (const one of all) {
    one.on('close', lose);
    one.on('versionchange', ({ newVersion }) => {
      if (newVersion === null) lose();
    });
  }
  const seal = new Seal();
  const shelf = new CaseShelf(database, seal);
  return {
    seal,
    cases: new CaseReader({ cases, shelf, seal }),
    store: new RxLocalStore({ cases, shelf, station: database, seal }),
    outbox: new SealedOutbox(cases, database),
    device: new DexieDeviceStore(database),
    drafts: new DraftStore(database, seal),
    credentials: new CredentialStore(database),
    database,
    onLost(lost) {
      void gone.promise.then(lost);
    },
    async close() {
      opening = undefined;
      await rx.close();
      database.close();
    },
  };
}
