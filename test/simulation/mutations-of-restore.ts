/** Mistakes around a restore: epochs, what comes back, and what is kept for that day. */
import type { Mutation } from './mutations.ts';

const MERGE = 'sync/src/domain/merge.ts';
const APPLY = 'sync/src/replication/apply.ts';
const RENEW = 'sync/src/replication/renew.ts';
const READY = 'sync/src/replication/ready.ts';
const PULL = 'sync/src/replication/pull-feed.ts';

export const RESTORE: readonly Mutation[] = [
  {
    name: 'the rulings of the earlier epoch count',
    file: MERGE,
    find: 'const epoch = Math.max(epochOf(a), epochOf(b));',
    replace: 'const epoch = Math.min(epochOf(a), epochOf(b));',
  },
  {
    name: 'of two states the later is the one with more rulings, whatever the epoch',
    file: APPLY,
    find: 'return epochOf(a) === epochOf(b) ? a.n > b.n : epochOf(a) > epochOf(b);',
    replace: 'return a.n > b.n;',
  },
  {
    name: 'the word of another epoch is applied',
    file: 'sync/src/replication/known-epoch.ts',
    find: 'else if (!isSameEpoch(theirs, this.#known)) {',
    replace: 'else if (!isSameEpoch(theirs, this.#known) && theirs.count < 0) {',
  },
  {
    name: 'a renewal takes what the hub says and offers nothing',
    file: RENEW,
    find: 'await rebaseAll(context.local, epoch);',
    replace: '',
  },
  {
    name: 'the new epoch is adopted before all is done',
    file: RENEW,
    find: 'const renewing = {',
    replace: 'await context.known.adopt(epoch); const renewing = {',
  },
  {
    name: 'a checkpoint outlives its epoch',
    file: 'server/src/hub/feed-reader.ts',
    find: 'return evidence === undefined && isSameEpoch(checkpoint.epoch, own.epoch)',
    replace: 'return evidence === undefined',
  },
  {
    name: 'a pulse of the hub follows its clock back',
    file: 'server/src/hub/hub-life.ts',
    find: 'mark: Math.max(now, markOf(last) + 1)',
    replace: 'mark: now',
  },
  {
    name: 'a part of a case is ruled before what it stands on',
    file: READY,
    find: 'if (!awaitsReturn()) return actions;',
    replace: 'if (awaitsReturn() || !awaitsReturn()) return actions;',
  },
  {
    name: 'the work of a terminal replaced since is refused',
    file: 'sync/src/replication/inspect.ts',
    find: 'if ((former?.[body.id]?.epoch ?? Infinity) < ports.epoch().count) return undefined;',
    replace: '',
  },
  {
    name: 'parts of a case wait for each other',
    file: READY,
    find: 'if (!missing.includes(true)) ready.add(id);',
    replace: 'if (!missing.includes(true) && missing.length === 0) ready.add(id);',
  },
  {
    name: 'nothing is kept of a case that left',
    file: APPLY,
    find: '...(kept && { kept }) };',
    replace: '};',
  },
  {
    name: 'the catalog is not given back',
    file: PULL,
    find: 'const refusal = await giveBack(context, heard);',
    replace: 'const refusal = heard.size < 0 ? await giveBack(context, heard) : undefined;',
  },
  {
    name: 'a feed entry is outranked by n alone',
    file: 'sync/src/replication/feed-rank.ts',
    find: 'if (epochOf(a) !== epochOf(b)) return epochOf(a) > epochOf(b);',
    replace: '',
  },
];
