/**
 * `npm run faults [-- --rounds N] [--seed S] [--store NAME] [--only WORDS] [--json]`: round after round, seeds S, S+1, …, every fault on every
 * store. One line a round and store. The CouchDB that COUCHDB_URL names is a store too. Exit code ≠ 0 on a finding.
 */
import { parseArgs } from 'node:util';
import { runUnderFaults, type StoreKind } from './district-under-fault.ts';
import { FAULTS } from './faults.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    store: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const couchdbUrl = process.env['COUCHDB_URL'] ?? '';
const stores: StoreKind[] = ['embedded', 'compatible', ...(couchdbUrl === '' ? [] : ['couchdb' as const])];
/** Each once in a round would leave most of the time to start and end. */
const TIMES = 3;

let found = 0;
const rounds = Number(values.rounds);
for (let seed = Number(values.seed); seed < Number(values.seed) + rounds; seed++) {
  for (const store of stores.filter((name) => name.includes(values.store))) {
    const once = FAULTS.filter(
      ({ name, needsCouch }) => name.includes(values.only) && (store !== 'embedded' || !needsCouch),
    );
    const faults = Array.from({ length: TIMES }, () => once).flat();
    if (faults.length === 0) continue;
    const report = await runUnderFaults({ store, seed, faults, couchdbUrl });
    found += report.findings.length;
    const { cases, actions, acknowledged, troubles, findings } = report;
    const figures = `${String(cases)} cases, ${String(actions)} actions, ${String(acknowledged)} acknowledgements, ${String(troubles)} failed rounds`;
    const line = `${store}, seed ${String(seed)}, ${String(faults.length)} strikes: ${figures}, ${String(findings.length)} findings`;
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : [line, ...findings, ''].join('\n'));
  }
}
process.exitCode = found === 0 ? 0 : 1;
