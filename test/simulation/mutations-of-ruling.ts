/** Mistakes of the hub: merge and fold, rulings, claims, quarantine, and the stores it stands on. */
import type { Mutation } from './mutations.ts';

const MERGE = 'sync/src/domain/merge.ts';
const RULE = 'sync/src/replication/rule.ts';
const JUDGE = 'sync/src/replication/judge.ts';
const CLAIM = 'sync/src/replication/claim-actions.ts';
const INSPECT = 'sync/src/replication/inspect.ts';
const HUB_STORES = 'sync/src/testing/memory-hub-stores.ts';

export const MERGE_AND_RULING: readonly Mutation[] = [
  {
    name: 'merge takes the actions of the other copy alone',
    file: MERGE,
    find: 'const actions = { ...a.actions };',
    replace: 'const actions: typeof a.actions = {};',
  },
  {
    name: 'merge forgets the rulings it had',
    file: MERGE,
    find: 'const rulings = { ...first?.rulings };',
    replace: 'const rulings: Record<ActionId, Ruling> = {};',
  },
  {
    name: 'the log is read by device and counter, not by ruling',
    file: 'sync/src/domain/order.ts',
    find: 'a.ruling.seq - b.ruling.seq || compareIds',
    replace: 'compareIds',
  },
  {
    name: 'what is known is ruled again',
    file: RULE,
    find: 'if (known.actions[action.body.id] === undefined) fresh[action.body.id] ??= action;',
    replace: 'fresh[action.body.id] ??= action;',
  },
  {
    name: 'rulings are numbered from the actions of one push',
    file: RULE,
    find: 'seq: state.n + 1,',
    replace: 'seq: state.n + Object.keys(fresh).length,',
  },
  {
    name: 'the head is that of before',
    file: RULE,
    find: 'head: headOf(state),',
    replace: 'head: master?.head ?? headOf(state),',
  },
  {
    name: 'an answer before the store has it',
    file: JUDGE,
    find: "const written = changed.filter((_, i) => verdicts[i] === 'written');",
    replace: 'const written = changed;',
  },
  {
    name: 'the master is written without compare-and-set',
    file: HUB_STORES,
    find: "const known = this.docs.get(doc._id);\n      if ((known === undefined ? undefined : String(known.rev)) !== rev) return 'conflict';",
    replace: 'const known = this.docs.get(doc._id);',
  },
  {
    name: 'signatures are not looked at',
    file: INSPECT,
    find: 'if (!(await ports.verify(action, device)))',
    replace: 'if (!(await ports.verify(action, device)) && body.at < 0)',
  },
  {
    name: 'a revoked device is ruled like any other',
    file: INSPECT,
    find: "if (device.status === 'active') return undefined;",
    replace: 'if (device.status !== undefined) return undefined;',
  },
  {
    name: 'the second content under an id is ruled too',
    file: CLAIM,
    find: 'return known === undefined ? second.has(action) : known.hash !== action.hash;',
    replace: 'return known === undefined ? false : known.hash !== action.hash;',
  },
  {
    name: 'the second content under an id is thrown away',
    file: CLAIM,
    find: 'const filed = await quarantine.file(entry);',
    replace: 'const filed = entry;',
  },
  {
    name: 'a device with two contents under one id is not marked',
    file: CLAIM,
    find: 'await quarantine.markDevice(deviceOf(action), why.code);',
    replace: '',
  },
  {
    name: 'a case number is taken twice',
    file: CLAIM,
    find: 'entered[ids.length + i]?.heldBy !== claim.holder.hash;',
    replace: 'entered.length < i && claim.only === undefined;',
  },
  {
    name: 'who came last holds a place',
    file: 'sync/src/replication/register.ts',
    find: 'const heldBy = standing[0]?.hash ?? holder.hash;',
    replace: 'const heldBy = holder.hash;',
  },
  {
    name: 'a forked chain is not marked',
    file: 'sync/src/replication/audit-chains.ts',
    find: "reasons.push('chain-forked');",
    replace: 'reasons.length = 0;',
  },
  {
    name: 'whoever asks is told the whole case',
    file: JUDGE,
    find: 'if (!scope.some((unit) => master.head.parties.includes(unit)))',
    replace: 'if (scope.length === 0)',
  },
];
