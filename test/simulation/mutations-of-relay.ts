/** Mistakes of the street relay, and of those who speak to one: told in stories that have relays. */
import type { Mutation } from './mutations.ts';

const CASE = 'sync/src/replication/relay-case.ts';
const FEED = 'sync/src/replication/relay-feed.ts';
const PUSH = 'sync/src/replication/relay-push.ts';
const STORE = 'sync/src/replication/relay-store.ts';
const KNOWN = 'sync/src/replication/known-epoch.ts';

export const RELAY: readonly Mutation[] = [
  {
    name: 'relay: what waits is remembered by the process alone',
    file: STORE,
    find: 'if (entering.length > 0) await this.#ports.outbox.add(entering.map(({ _id }) => _id));',
    replace: '',
  },
  {
    name: 'relay: it says «taken» of what it does not store',
    file: PUSH,
    find: '{ next: withActions(known, added, pushed.former), isNew: true }',
    replace: '{ next: withActions(known, added, pushed.former), isNew: known.rev === undefined }',
  },
  {
    name: 'relay: what it has taken it never hands up',
    file: STORE,
    find: '.filter(([id, { isParked }]) => !isParked && !except.has(id))',
    replace: '.filter(([id, { isParked }]) => isParked && !except.has(id))',
  },
  {
    name: 'relay: a case that has left the street stays',
    file: STORE,
    find: 'return (await this.put([buried(known, gone, this.#ports.street())]))[0] === true;',
    replace: 'return true;',
  },
  {
    name: 'relay: of a case that has left nobody is told what became of the own work',
    file: CASE,
    find: 'if (ruling !== undefined && isTold) fates',
    replace: 'if (ruling !== undefined && isTold && n < 0) fates',
  },
  {
    name: 'relay: every unit that ever had a case sees it',
    file: CASE,
    find: "if (found.head.parties.includes(unit)) return { kind: 'case'",
    replace: "if (found.head.ever.includes(unit)) return { kind: 'case'",
  },
  {
    name: 'relay: its feeds are ordered by the number of rulings',
    file: CASE,
    find: 'n: found.relay.turn, gone: !found.head.parties.includes(unit)',
    replace: 'n: found.n, gone: !found.head.parties.includes(unit)',
  },
  {
    name: 'relay: a checkpoint of another relay’s store is followed',
    file: FEED,
    find: 'return checkpoint.startsWith(`${relay}/`) ? checkpoint.slice(relay.length + 1) : undefined;',
    replace: "return relay === '' ? undefined : checkpoint.slice(checkpoint.indexOf('/') + 1);",
  },
  {
    name: 'relay: a station that speaks to another takes for handed up what the former had',
    file: KNOWN,
    find: 'await this.#local.moveTo(relay);\n      this.#relay = relay;\n      this.#hasMoved = true;',
    replace: 'this.#relay = relay;',
  },
  {
    name: 'relay: the district tells it that a case has left which one of its units still holds',
    file: 'server/src/hub/feed-reader.ts',
    find: 'readers: new Set([feed, ...street.map(feedOf)])',
    replace: 'readers: new Set([feed])',
  },
  {
    name: 'relay: the work of a terminal out of service holds up that of others',
    file: 'sync/src/replication/set-aside.ts',
    find: 'if (revoked === undefined || revoked === deviceId) return false;',
    replace: 'if (revoked === undefined || revoked !== deviceId) return false;',
  },
];
