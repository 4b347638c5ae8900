/** A street relay with twelve stations: what it takes of memory, and how soon a case is seen by another station with the district line cut. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Line } from '../integration/line.ts';
import { ask } from '../integration/running-hub.ts';
import { relayCode } from '../integration/running-relay.ts';
import { forwardedMatters } from '../e2e/cast.ts';
import { openStreetScreens } from '../e2e/street-screens.ts';
import { freePort, startHubProcess, type RunningHub } from '../e2e/hub-process.ts';
import { makeCases, UNIT } from './fill.ts';
import { BenchStation } from './station.ts';

const STREET = '530102001000';
const STATIONS = 12;
/** Ten times what a station makes in a day. */
const CASES_EACH = 50;
const BATCH = 10;
const SEEN = 20;
/** As many rows as the street office's list draws without scrolling. */
const ON_SCREEN = 10;

export interface RelayFigures {
  stations: number;
  cases: number;
  /** At the end, and the highest since its start; megabytes of 1,024 × 1,024 bytes. */
  rssMb: number;
  peakRssMb: number;
  /** From the push at one station until another, told by the event stream, has pulled the case. */
  seenMs: number[];
}

/** From the button at a community until the street office's workbench shows the case, saving included; the district line is cut. Milliseconds. */
export async function measureStreetScreens(hub: RunningHub, scratch: string): Promise<number[]> {
  const { line, community, street, close } = await openStreetScreens(hub, scratch);
  const [matter] = forwardedMatters();
  if (matter === undefined) throw new Error('the sample district forwards nothing');
  const times: number[] = [];
  try {
    line.cut();
    for (let i = 0; i < ON_SCREEN; i++) {
      await community.fillIntake(matter, `街道示例${String(i)}`);
      const beganAt = performance.now();
      await community.byId('intake-forward').click();
      const caseNo = (await community.byId('paper-number').textContent()) ?? '';
      await street.byId('case-row').filter({ hasText: caseNo.trim() }).waitFor();
      times.push(performance.now() - beganAt);
    }
  } finally {
    await close();
  }
  return times;
}

/** Linux only: what a process takes is read off /proc. */
export async function measureRelay(hub: RunningHub, scratch: string): Promise<RelayFigures> {
  const line = await Line.open(() => hub.url);
  const env = { UPSTREAM_URL: line.url, RELAY_CODE: await relayCode(hub, STREET), COUCHDB_URL: '' };
  const relay = await startHubProcess({ dataDir: join(scratch, 'relay'), port: await freePort(), env });
  const streams: AbortController[] = [];
  try {
    const stations: BenchStation[] = [];
    for (let i = 0; i < STATIONS; i++) stations.push(await BenchStation.enrol(hub.url, UNIT, relay.url));
    const heard = new EventTarget();
    for (const station of stations) streams.push(await listen(relay.url, station, heard));
    line.cut();
    for (const station of stations) {
      const cases = await makeCases(station, CASES_EACH, 1);
      for (let i = 0; i < cases.length; i += BATCH) await station.push(cases.slice(i, i + BATCH));
    }
    const [one, other] = stations;
    if (one === undefined || other === undefined) throw new Error('no stations');
    let since = await pulledUpTo(relay.url, other, null);
    const seenMs: number[] = [];
    for (const pushed of await makeCases(one, SEEN, CASES_EACH + 1)) {
      const beganAt = performance.now();
      const moved = once(heard, 'moved');
      await one.push([pushed]);
      await moved;
      since = await pulledUpTo(relay.url, other, since);
      seenMs.push(performance.now() - beganAt);
    }
    // The whole backlog goes up, and rulings come down.
    line.mend();
    await one.push(await makeCases(one, 1, CASES_EACH + SEEN + 1));
    while ((await waiting(relay.url)) > 0) await pulledUpTo(relay.url, other, since);
    for (const station of stations) await firstLoad(relay.url, station);
    const memory = memoryOf(relay.pid ?? 0);
    return { stations: STATIONS, cases: STATIONS * CASES_EACH + SEEN + 1, ...memory, seenMs };
  } finally {
    for (const stream of streams) stream.abort();
    await relay.stop();
    await line.close();
  }
}

function bearer({ token }: BenchStation): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

async function listen(url: string, station: BenchStation, heard: EventTarget): Promise<AbortController> {
  const control = new AbortController();
  const response = await fetch(`${url}/sync/events`, { headers: bearer(station), signal: control.signal });
  const read = async (): Promise<void> => {
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? [])
      if (text.includes('event: moved')) heard.dispatchEvent(new Event('moved'));
  };
  read().catch(() => undefined);
  return control;
}

/** The checkpoint at the end of the unit's feed. */
async function pulledUpTo(url: string, station: BenchStation, from: string | null): Promise<string> {
  for (let since = from; ;) {
    const query = new URLSearchParams({ feed: `unit_${UNIT}`, ...(since !== null && { since }) });
    const { body } = await ask(url, `GET /sync/pull?${query.toString()}`, { headers: bearer(station) });
    since = String(body['checkpoint']);
    if (body['more'] !== true) return since;
  }
}

async function firstLoad(url: string, station: BenchStation): Promise<void> {
  const response = await fetch(`${url}/sync/snapshot?feed=unit_${UNIT}`, { headers: bearer(station) });
  await response.arrayBuffer();
}

async function waiting(url: string): Promise<number> {
  const { body } = await ask(url, 'GET /healthz');
  return (body['relay'] as { pending: number }).pending;
}

function memoryOf(pid: number): Pick<RelayFigures, 'rssMb' | 'peakRssMb'> {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? NaN) / 102.4) / 10;
  return { rssMb: megabytes('VmRSS'), peakRssMb: megabytes('VmHWM') };
}
