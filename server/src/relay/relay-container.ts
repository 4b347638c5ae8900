/** Puts a street relay together: its own store, who it is, the street's catalog and directory, and the relay itself between line and stations. */
import { randomBytes } from 'node:crypto';
import type { Problem } from '@sanji/sync/domain/problem';
import type { Clock } from '@sanji/sync/replication/ports';
import { Relay } from '@sanji/sync/replication/relay';
import { policyOf } from '@sanji/sync/domain/security-policy';
import type { Config } from '../config.ts';
import { ConfigError } from '../config.ts';
import type { Ground } from '../ground.ts';
import { actionVerifier } from '../hub/action-verifier.ts';
import { CATALOG_FEED } from '../hub/feed-reader.ts';
import { Pokes } from '../hub/pokes.ts';
import { PushPace } from '../hub/push-pace.ts';
import { faultReporter, openLog } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { DeviceTokens } from '../sessions/device-tokens.ts';
import { Presence } from '../sessions/presence.ts';
import { StaffSessions } from '../sessions/staff-sessions.ts';
import { openHubStores } from '../store/open-store.ts';
import { openRouterCheckpoint } from '../store/router-checkpoint.ts';
import { DistrictLine } from './district-line.ts';
import { LogReport } from './log-report.ts';
import { RelayCatalog } from './relay-catalog.ts';
import { noteRevoked, openIdentity, type RelayIdentity } from './relay-identity.ts';
import { RelayLogin } from './relay-login.ts';
import { openOutbox, StoredRelayMemory } from './relay-memory.ts';
import { RelaySync } from './relay-sync.ts';
import { StreetDirectory } from './street-directory.ts';

/** Beside a hub's, so that one folder given to both by mistake mixes nothing. */
const FILE = 'relay.sqlite';
/** The catalog tells when a terminal or a person changed; a changed password it does not. */
const DIRECTORY_MS = 60_000;

export interface RelayContainer extends Ground {
  identity: RelayIdentity;
  relay: Relay;
  line: DistrictLine;
  pace: PushPace;
  sync: RelaySync;
  logins: RelayLogin;
  isLineUp: () => boolean;
  isInService: () => boolean;
  /** Resolves when the district has taken this relay out of service and that is written down. */
  revoked: Promise<void>;
  /** Takes what is new at the district now. */
  catchUp: () => Promise<void>;
}

/** Rejects with StoreStartError, or ConfigError that says what to do. */
export async function openRelayContainer(config: Config, clock: Clock): Promise<RelayContainer> {
  const log = openLog(config);
  const metrics = new Metrics(config.metrics);
  const onFault = faultReporter(log, metrics);
  const stores = await openHubStores({ dataDir: config.dataDir, file: FILE });
  try {
    return await assemble({ config, clock, log, metrics, stores, onFault });
  } catch (error) {
    await stores.store.close();
    throw error;
  }
}

type Basis = Pick<Ground, 'config' | 'clock' | 'log' | 'metrics' | 'stores' | 'onFault'>;

async function assemble(basis: Basis): Promise<RelayContainer> {
  const { config, clock: ownClock, log, stores, onFault } = basis;
  const { directory, master, feeds } = stores;
  const { upstreamUrl, relayCode } = config;
  if (upstreamUrl === undefined) throw new ConfigError('A street relay needs UPSTREAM_URL.');
  const enrol = { upstreamUrl, now: ownClock.now(), ...(relayCode !== undefined && { code: relayCode }) };
  const identity = await openIdentity(directory, enrol);
  const line = new DistrictLine(upstreamUrl, identity);
  const catalog = await RelayCatalog.open(stores.catalog);
  const pokes = new Pokes();
  const pace = new PushPace();
  const takeDirectory = directoryTaker(new StreetDirectory(directory), { line, catalog });
  catalog.onChange(() => {
    pokes.moved(CATALOG_FEED);
  });
  const report = new LogReport({ log: stores.audit, send: (request) => line.log(request) });
  const relay = await Relay.open({
    relay: identity.relay,
    deviceId: identity.deviceId,
    street: identity.street,
    master,
    feeds,
    checkpoint: await openRouterCheckpoint(directory),
    outbox: await openOutbox(stores.store),
    memory: new StoredRelayMemory(directory, catalog),
    catalog: () => catalog.current(),
    district: line,
    clock: ownClock,
    timer: {
      after(ms, task) {
        const timer = setTimeout(task, ms);
        return () => {
          clearTimeout(timer);
        };
      },
    },
    random: { bytes: (length) => randomBytes(length) },
    // A thread of its own would take more memory than a street's pushes are worth.
    verify: actionVerifier(Infinity),
    takeDirectory: async () => (await takeDirectory.now()) ?? (await reported(report)),
    poke: (feed) => {
      pokes.moved(feed);
    },
    calm: () => pace.calm(),
    onFault,
  });
  let isRevoked = false;
  let tellRevoked = (): void => undefined;
  const revoked = new Promise<void>((resolve) => {
    tellRevoked = resolve;
  });
  relay.loop.subscribe(({ problem }) => {
    if (isRevoked || problem?.code !== 'device-revoked') return;
    if (problem.params?.['deviceId'] !== identity.deviceId) return;
    isRevoked = true;
    log.fatal('the district has taken this relay out of service: it serves nobody any more');
    void noteRevoked(directory)
      .catch(onFault)
      .then(() => {
        tellRevoked();
      });
  });
  // Deadlines and sessions go by the district's clock, as stations see it.
  const clock: Clock = { now: () => relay.now() };
  const findStaff = (staffId: string) => {
    const staff = catalog.current().staff.get(staffId);
    return staff?.active === true ? staff : undefined;
  };
  const isInService = () => !isRevoked;
  const isLineUp = () => ['idle', 'syncing'].includes(relay.loop.status.state);
  const policy = () => policyOf(catalog.current().settings);
  const sessions = new StaffSessions({ directory, clock, findStaff, policy });
  return {
    ...basis,
    clock,
    catalog,
    identity,
    relay,
    line,
    pace,
    pokes,
    sessions,
    // Nothing is administered here: the district asks for the second factor where its own session is used.
    factors: { needed: () => Promise.resolve(undefined) },
    isLineUp,
    isInService,
    revoked,
    failing: () => [
      ...(relay.router.isFailing ? ['router'] : []),
      ...(relay.loop.status.state === 'faulty' ? ['line'] : []),
    ],
    tokens: await DeviceTokens.open({
      directory,
      clock,
      findDevice: (deviceId) => catalog.current().devices.get(deviceId),
    }),
    presence: new Presence({ directory, clock, onFault }),
    sync: new RelaySync({ relay, feeds, name: identity.relay, pace, isInService }),
    logins: new RelayLogin({
      upstreamUrl,
      sessions,
      findStaff,
      street: () => relay.units(),
      isLineUp,
      onProven: takeDirectory.soon,
    }),
    catchUp: () => {
      takeDirectory.soon();
      return relay.loop.poke();
    },
    audit: async (entry) => {
      await stores.audit.append({ ...entry, at: relay.now() });
      report.soon();
      if (isLineUp()) void relay.loop.poke();
    },
  };
}

/** Work goes on where the district does not take the log, as one of an earlier version does not. */
async function reported(report: LogReport): Promise<Problem | undefined> {
  const found = await report.now();
  return found?.code === 'offline' ? found : undefined;
}

/** Not at every round: a round follows every push. */
function directoryTaker(
  street: StreetDirectory,
  { line, catalog }: { line: DistrictLine; catalog: RelayCatalog },
) {
  let taken: { of: unknown; until: number } | undefined;
  return {
    soon: () => {
      taken = undefined;
    },
    now: async () => {
      const of = catalog.current();
      if (taken?.of === of && performance.now() < taken.until) return undefined;
      const answer = await line.directory(await street.digest());
      if (!answer.ok) return answer.problem;
      if ('staff' in answer.value) await street.take(answer.value);
      taken = { of, until: performance.now() + DIRECTORY_MS };
      return undefined;
    },
  };
}
