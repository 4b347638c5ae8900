/** The attackers as a process of their own: told what to do and when to stop, each sends one request after the other from its own address. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { badBodies, type BadBody } from './bad-bodies.ts';
import { BAD_IDS, BAD_TARGETS } from './bad-paths.ts';
import { sendRaw, type RawRequest } from './raw-request.ts';

export const ASSAULTS = [
  'long bodies',
  'slow bodies',
  'event streams',
  'deep JSON',
  'path tricks',
  'fuzz',
] as const;
export type Assault = (typeof ASSAULTS)[number];

export interface Arms {
  hubUrl: string;
  /** Headers of a terminal that turned against the hub. */
  insider: Record<string, string>;
  /** Bodies as latin1. */
  fuzz: RawRequest[];
}
export type AssaultOrder = { arms: Arms } | { begin: Assault } | { end: true };
export interface AssaultReport {
  sent: number;
}

const AT_ONCE = 8;
const HELD_LINES = 150;
const DRIP_MS = 200;

let arms: Arms | undefined;
/** Made before the first attack: what it costs to make them must not be taken for the attack. */
let requests: Map<Assault, RawRequest[]> = new Map();
let underWay: { stop: () => void; done: Promise<unknown> } | undefined;
let sent = 0;

/** Bodies by what their names begin with, at the doors behind which bodies are read: for anybody, and for a terminal. */
function bodiesAt(names: RegExp, bodies: BadBody[]): RawRequest[] {
  const { insider } = getArms();
  return bodies
    .filter(({ name }) => names.test(name))
    .flatMap(({ body, headers }) =>
      [
        { target: '/api/session', headers: {} },
        { target: '/sync/push', headers: insider },
        { target: '/sync/handover', headers: {} },
      ].map(({ target, headers: caller }) => ({
        method: 'POST',
        target,
        body,
        headers: { 'content-type': 'application/json', ...caller, ...headers },
      })),
    );
}

function prepare(): Map<Assault, RawRequest[]> {
  const { insider, fuzz } = getArms();
  const bodies = badBodies().map((bad) => ({ ...bad, body: Buffer.from(bad.body) }));
  const ids = BAD_IDS.map((id) => ({ method: 'POST', target: `/api/devices/${id}/revoke` }));
  return new Map<Assault, RawRequest[]>([
    ['long bodies', bodiesAt(/^(10|50) MB/, bodies)],
    ['deep JSON', bodiesAt(/^(deep|keys)/, bodies)],
    ['path tricks', [...BAD_TARGETS.map((target) => ({ target, headers: insider })), ...ids]],
    [
      'fuzz',
      fuzz.map(({ body, ...request }) => ({
        ...request,
        ...(typeof body === 'string' && { body: Buffer.from(body, 'latin1') }),
      })),
    ],
  ]);
}

function getArms(): Arms {
  if (arms === undefined) throw new Error('not armed');
  return arms;
}

function beginSending(wanted: RawRequest[]): { stop: () => void; done: Promise<unknown> } {
  let isOver = false;
  let next = 0;
  const attacker = async (_: unknown, index: number): Promise<void> => {
    while (!isOver) {
      const request = wanted[next++ % wanted.length];
      if (request === undefined) throw new Error('nothing to send');
      const address = `10.66.0.${String(index + 1)}`;
      const headers = { 'x-forwarded-for': address, ...request.headers };
      await sendRaw(getArms().hubUrl, { ...request, headers }).catch(() => undefined);
      sent += 1;
    }
  };
  return {
    stop: () => {
      isOver = true;
    },
    done: Promise.all(Array.from({ length: AT_ONCE }, attacker)),
  };
}

/** Promise a body, of which a byte comes now and then. */
function dribbled(): string[] {
  const head = (target: string, more: string) =>
    `POST ${target} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}\r\n\r\n{"`;
  return [
    head('/api/session', 'content-length: 60000'),
    head(
      '/sync/push',
      `authorization: ${getArms().insider['authorization'] ?? ''}\r\ncontent-length: 1400000`,
    ),
    head('/sync/handover', 'content-length: 3900000'),
  ];
}

/** Ask for what never ends. */
function listening(): string[] {
  const { authorization = '' } = getArms().insider;
  return [`GET /sync/events HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`];
}

/** Lines that are held open; one that is cut is opened anew. */
function beginHolding(heads: string[], isDripping: boolean): { stop: () => void; done: Promise<unknown> } {
  const { hostname, port } = new URL(getArms().hubUrl);
  const sockets = new Set<Socket>();
  let isOver = false;
  const open = (index: number): void => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.resume();
    // As the others, from an address that is not the neighbour's.
    const line = `HTTP/1.1\r\nx-forwarded-for: 10.67.0.${String(index + 1)}\r\n`;
    socket.write((heads[index % heads.length] ?? '').replace('HTTP/1.1\r\n', line));
    sockets.add(socket);
    sent += 1;
    socket.once('close', () => {
      sockets.delete(socket);
      if (!isOver) open(index);
    });
  };
  for (let i = 0; i < HELD_LINES; i++) open(i);
  const drip = setInterval(() => {
    if (isDripping) for (const socket of sockets) if (socket.writable) socket.write('a');
  }, DRIP_MS);
  return {
    stop: () => {
      isOver = true;
      clearInterval(drip);
    },
    get done() {
      const all = [...sockets].map((socket) => {
        socket.destroy();
        return socket.closed ? undefined : once(socket, 'close');
      });
      return Promise.all(all);
    },
  };
}

// Attackers are other machines: here they have what the hub and its neighbour leave.
setPriority(19);
process.once('disconnect', () => process.exit());
process.on('message', (order: AssaultOrder) => {
  if ('arms' in order) {
    arms = order.arms;
    requests = prepare();
    process.send?.({ sent });
  } else if ('begin' in order) {
    sent = 0;
    const what = order.begin;
    underWay =
      what === 'slow bodies'
        ? beginHolding(dribbled(), true)
        : what === 'event streams'
          ? beginHolding(listening(), false)
          : beginSending(requests.get(what) ?? []);
    process.send?.({ sent });
  } else {
    underWay?.stop();
    void underWay?.done.then(() => process.send?.({ sent }));
  }
});
