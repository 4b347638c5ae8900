/**
 * A process that is the attacked hub and nothing else: it plants, prepares what neighbour and attackers will send, hands that over and only
 * answers from then on. What the others compute must not be taken for the hub's slowness.
 */
import { PATIENCE } from '@sanji/server/http/patience';
import { feedOf } from '@sanji/sync/domain/identifiers';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { TestStation } from '../integration/test-station.ts';
import { ownMatter, startPlantedHub } from './planted-hub.ts';
import type { RawRequest } from './raw-request.ts';
import { RequestMaker } from './requests.ts';

export interface Prepared {
  hubUrl: string;
  /** Of the neighbour: its token's header, its feed, and cases to push one by one. */
  headers: Record<string, string>;
  feed: string;
  cases: PushedCase[];
  /** Of a terminal that turned against the hub. */
  insider: Record<string, string>;
  fuzz: RawRequest[];
}

export interface PrepareOrder {
  seed: number;
  cases: number;
  fuzz: number;
}

const NEIGHBOUR = 'zhaom';
/** Longer bodies are an assault of their own; thousands of them would not fit into a message between two processes. */
const LONGEST_BYTES = 64 * 1024;

async function prepare(order: PrepareOrder): Promise<Prepared> {
  const planted = await startPlantedHub(order.seed, {}, { patience: PATIENCE });
  const station = await TestStation.join(planted.hub, NEIGHBOUR);
  const matterId = ownMatter(station);
  const cases: PushedCase[] = [];
  for (let i = 0; i < order.cases; i++) cases.push(await station.received(NEIGHBOUR, matterId));
  const maker = await RequestMaker.prepare(planted, order.seed);
  const fuzz: RawRequest[] = [];
  for (let i = 0; i < order.fuzz; i++) {
    const { method, target, headers, body, isEndless } = await maker.make(i);
    if (body !== undefined && Buffer.byteLength(body) > LONGEST_BYTES) continue;
    // Bytes that are no text do not survive the way between two processes.
    const text = body === undefined ? {} : { body: Buffer.from(body).toString('latin1') };
    fuzz.push({
      target,
      ...text,
      ...(method && { method }),
      ...(headers && { headers }),
      ...(isEndless && { isEndless }),
    });
  }
  const { url } = planted.hub;
  const { unit, headers } = station;
  return { hubUrl: url, headers, feed: feedOf(unit), cases, insider: planted.street.headers, fuzz };
}

process.once('disconnect', () => process.exit());
process.once('message', (order: PrepareOrder) => {
  void prepare(order).then((prepared) => process.send?.(prepared));
});
