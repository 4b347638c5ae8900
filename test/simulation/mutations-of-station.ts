/** Mistakes of the station, of the feeds, and of the router between them. */
import type { Mutation } from './mutations.ts';

const APPEND = 'sync/src/replication/append.ts';
const APPLY = 'sync/src/replication/apply.ts';
const PULL = 'sync/src/replication/pull-feed.ts';
const PUSH = 'sync/src/replication/push-dirty.ts';
const ROUTER = 'sync/src/replication/router.ts';
const LOCAL = 'sync/src/testing/memory-local-store.ts';
const FEEDS = 'sync/src/testing/memory-hub-stores.ts';

export const STATION: readonly Mutation[] = [
  {
    name: 'the counter is raised after the write',
    file: APPEND,
    find: 'await ports.device.save(made.announced);',
    replace: '',
  },
  {
    name: 'after a crash the chain goes on from before',
    file: APPEND,
    find: 'tip: isThere ? tip : state.tip, intent: null };',
    replace: 'tip: isThere ? state.tip : state.tip, intent: null };',
  },
  {
    name: 'after a crash the chain goes on from what was never written',
    file: APPEND,
    find: 'tip: isThere ? tip : state.tip, intent: null };',
    replace: 'tip, intent: null };',
  },
  {
    name: 'a number is not kept when it has been given out',
    file: APPEND,
    find: 'numbers: { ...state.numbers, [request.series]: number } };',
    replace: 'numbers: state.numbers };',
  },
  {
    name: 'an action is written over another of its id',
    file: APPEND,
    find: 'Math.max(state.counter, lastCounterIn(doc, ports.deviceId))',
    replace: 'state.counter',
  },
  {
    name: 'the checkpoint is saved before its page is stored',
    file: PULL,
    find: 'const { items, checkpoint, epoch } = page;',
    replace: 'const { items, checkpoint, epoch } = page; await local.saveCheckpoint(feed, checkpoint);',
  },
  {
    name: 'a first load that was cut counts as whole',
    file: PULL,
    find: "if (error instanceof SnapshotCut) return { code: 'offline' };",
    replace:
      'if (error instanceof SnapshotCut) return void (await local.saveCheckpoint(feed, answer.value.head.checkpoint));',
  },
  {
    name: 'what left the unit stays at the station',
    file: PULL,
    find: "if (item.kind !== 'gone') continue;",
    replace: 'continue;',
  },
  {
    name: 'what left the unit is buried with what was not sent',
    file: APPLY,
    find: 'if (unseen) return;',
    replace: '',
  },
  {
    name: 'what left the unit leaves nothing in the tray',
    file: APPLY,
    find: 'const strays = straysOf(ports, doc, leaving);',
    replace: 'const strays = straysOf(ports, doc, leaving).slice(0, 0);',
  },
  {
    name: 'a contested action goes to the tray and not to the hub',
    file: APPLY,
    find: 'if (displaced.some(({ hash }) => !each.offered.has(hash))) {',
    replace: 'if (displaced.some(({ hash }) => each.offered.has(hash) === undefined)) {',
  },
  {
    name: 'a station writes without compare-and-set',
    file: LOCAL,
    find: 'return row === undefined ? revision === undefined : String(row.revision) === revision;',
    replace: 'return row !== undefined || revision === undefined;',
  },
  {
    name: 'only the first action of a case is pushed',
    file: PUSH,
    find: 'return order(doc).flatMap(({ action, ruling }) => (ruling === undefined ? [action] : []));',
    replace:
      'return order(doc).flatMap(({ action, ruling }) => (ruling === undefined ? [action] : [])).slice(-1);',
  },
  {
    name: 'the router saves its checkpoint before the fan-out',
    file: ROUTER,
    find: 'const { ids, last, seen } = await master.changes(since, PAGE);',
    replace: 'const { ids, last, seen } = await master.changes(since, PAGE); await checkpoint.save(last);',
  },
  {
    name: 'the router tells those who left nothing',
    file: ROUTER,
    find: 'for (const unit of head.ever) {',
    replace: 'for (const unit of head.parties) {',
  },
  {
    name: 'a feed entry takes whatever comes',
    file: FEEDS,
    find: 'if (known !== undefined && !outranksEntry(entry, known)) continue;',
    replace: 'if (known !== undefined && !outranksEntry(entry, known) && entry.n === known.n) continue;',
  },
  {
    name: 'a page of a feed ends where the feed ends',
    file: FEEDS,
    find: 'last: String(page.at(-1)?.seq ?? after),',
    replace: 'last: String(rows.at(-1)?.seq ?? after),',
  },
];
