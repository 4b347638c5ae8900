/** Puts the hub together: stores, catalog, sessions, judge, router, agenda. Knows every part; no part knows it but the resources. */
import { Router } from '@sanji/sync/replication/router';
import type { JudgePorts } from '@sanji/sync/replication/judge-ports';
import type { Clock, FeedStore, RouterCheckpoint } from '@sanji/sync/replication/ports';
import { policyOf } from '@sanji/sync/domain/security-policy';
import type { Config } from './config.ts';
import type { Ground } from './ground.ts';
import { actionVerifier } from './hub/action-verifier.ts';
import { Agenda } from './hub/agenda.ts';
import { CatalogService } from './hub/catalog-service.ts';
import { CATALOG_FEED, type FeedReaderDeps } from './hub/feed-reader.ts';
import { HubDevice } from './hub/hub-device.ts';
import { HubLife } from './hub/hub-life.ts';
import { HubSync } from './hub/hub-sync.ts';
import { LastingWork } from './hub/lasting-work.ts';
import { OpenCases } from './hub/open-cases.ts';
import { Pokes } from './hub/pokes.ts';
import { RestoreNotes } from './hub/restore-notes.ts';
import { PushPace } from './hub/push-pace.ts';
import { UnitChanges } from './hub/unit-changes.ts';
import { Snapshots } from './hub/snapshots.ts';
import { StaffChanges } from './hub/staff-changes.ts';
import { faultReporter, openLog } from './log.ts';
import { MONOTONIC } from './machine-time.ts';
import { Metrics } from './metrics.ts';
import { DeviceTokens } from './sessions/device-tokens.ts';
import { Enrolment } from './sessions/enrolment.ts';
import { Presence } from './sessions/presence.ts';
import { SecondFactors } from './sessions/second-factors.ts';
import { StaffSessions } from './sessions/staff-sessions.ts';
import { openHubStores } from './store/open-store.ts';
import { openRouterCheckpoint } from './store/router-checkpoint.ts';
import { startErrorOf } from './store/store-error.ts';

/** The hub's own acts fall due in working days: a storm of pushes goes first. */
const MAX_AGENDA_WAIT_MS = 10_000;

export interface Container extends Ground {
  life: HubLife;
  restores: RestoreNotes;
  catalog: CatalogService;
  staffChanges: StaffChanges;
  factors: SecondFactors;
  enrolment: Enrolment;
  hubDevice: HubDevice;
  judge: JudgePorts;
  router: Router;
  /** Where the router stands. */
  checkpoint: RouterCheckpoint;
  agenda: Agenda;
  openCases: OpenCases;
  unitChanges: UnitChanges;
  lasting: LastingWork;
  pace: PushPace;
  reader: FeedReaderDeps;
  snapshots: Snapshots;
  sync: HubSync;
}

export async function openContainer(config: Config, clock: Clock): Promise<Container> {
  const log = openLog(config);
  const metrics = new Metrics(config.metrics);
  const onFault = faultReporter(log, metrics);
  const { dataDir, couchdbUrl, couchdbPrefix: prefix } = config;
  const onWait = (what: string) => {
    log.warn({ what }, 'waiting for CouchDB');
  };
  const stores = await openHubStores({
    dataDir,
    prefix,
    onWait,
    ...(couchdbUrl !== undefined && { couchdbUrl }),
  });
  try {
    return await assemble({ config, clock, log, metrics, stores, onFault });
  } catch (error) {
    await stores.store.close();
    throw startErrorOf(error);
  }
}

type Basis = Pick<Ground, 'config' | 'clock' | 'log' | 'metrics' | 'stores' | 'onFault'>;

async function assemble(basis: Basis): Promise<Container> {
  const { clock, log, metrics, stores, onFault } = basis;
  const { directory, master, feeds, quarantine, register } = stores;
  const life = await HubLife.open({ directory, clock });
  const memory = () => life.memory();
  const isShared = stores.store.kind === 'couchdb';
  const hubDevice = await HubDevice.open({ directory, clock, isShared, epoch: life.epoch });
  const catalog = await CatalogService.open({
    store: stores.catalog,
    directory,
    signer: hubDevice,
    epoch: () => life.epoch.count,
  });
  const audit: Container['audit'] = async (entry) => {
    await stores.audit.append({ ...entry, at: clock.now() });
  };
  if ((await stores.restores.behind()).some(({ epoch }) => epoch === life.epoch.count)) metrics.behind();
  const pace = new PushPace();
  const pokes = new Pokes();
  catalog.onChange(() => {
    pokes.moved(CATALOG_FEED);
  });
  const snapshots = new Snapshots({ master, feeds, clock, memory });
  const poke = (feed: string) => {
    pokes.moved(feed);
    snapshots.moved(feed);
  };
  const checkpoint = await openRouterCheckpoint(directory);
  const routed = isShared ? alwaysMoved(feeds) : feeds;
  const router = new Router(
    { master, feeds: routed, checkpoint, epoch: () => life.epoch.count, poke, timer: MONOTONIC },
    onFault,
  );
  const lasting = new LastingWork({ timer: MONOTONIC, onFault });
  const failing = () => [...lasting.failing(), ...(router.isFailing ? ['router'] : [])];
  metrics.watchFailing(failing);
  const restores = new RestoreNotes({
    store: stores.restores,
    life,
    clock,
    onFirstSign: async ({ kind }) => {
      log.error({ kind, epoch: life.epoch.count }, 'a backup was put back and the restore not finished');
      metrics.behind();
      await audit({
        kind: 'store-behind',
        staffId: 'hub',
        object: `epoch:${String(life.epoch.count)}`,
        result: 'ok',
        details: { sign: kind },
      });
    },
  });
  const judge: JudgePorts = {
    master,
    register,
    quarantine,
    restores,
    epoch: () => memory().epoch,
    awaitsReturn: () => life.awaitsReturn(),
    clock,
    catalog: () => catalog.current(),
    verify: actionVerifier(),
    onWritten: () => void pace.calm().then(() => router.poke()),
    onFault: (_caseId, error) => onFault(error),
  };
  const agenda = await Agenda.open({
    ports: { ...judge, deviceId: hubDevice.deviceId, device: hubDevice, sign: hubDevice.sign },
    master,
    directory,
    calm: () => pace.calm(MAX_AGENDA_WAIT_MS),
    onAct: async (caseId, kind) => {
      metrics.acted(kind);
      await audit({ kind: `hub-${kind}`, staffId: 'hub', object: `case:${caseId}`, result: 'ok' });
    },
    onFault,
  });
  const findStaff = (staffId: string) => {
    const staff = catalog.current().staff.get(staffId);
    return staff?.active === true ? staff : undefined;
  };
  const policy = () => policyOf(catalog.current().settings);
  const findDevice = (deviceId: string) => catalog.current().devices.get(deviceId);
  const reader = { master, feeds, catalog: stores.catalog, clock, restores, memory };
  return {
    ...basis,
    life,
    restores,
    catalog,
    staffChanges: await StaffChanges.open({ catalog, directory }),
    sessions: new StaffSessions({ directory, clock, findStaff, policy }),
    factors: await SecondFactors.open({ directory, clock, policy }),
    tokens: await DeviceTokens.open({ directory, clock, findDevice }),
    presence: new Presence({ directory, clock, onFault }),
    enrolment: new Enrolment({ directory, catalog, clock }),
    hubDevice,
    judge,
    router,
    checkpoint,
    agenda,
    openCases: new OpenCases(master),
    unitChanges: new UnitChanges({ catalog, stores, clock, audit }),
    lasting,
    failing,
    pace,
    reader,
    snapshots,
    sync: new HubSync({ catalog, judge, pace, reader, snapshots, isShared }),
    pokes,
    audit,
  };
}

/** Another process may have raised an entry first; our own streams must hear of it all the same. */
function alwaysMoved(feeds: FeedStore): Pick<FeedStore, 'raise'> {
  return {
    raise: async (feed, entries) => {
      await feeds.raise(feed, entries);
      return true;
    },
  };
}
