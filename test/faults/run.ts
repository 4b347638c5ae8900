/**
 * `npm run faults [-- --strikes N] [-- --seed S] [-- --only WORDS] [-- --json]`: every fault on the stores it is done to. One line a fault. Exit code ≠ 0 on a finding.
 */
import { parseArgs } from 'node:util';
import { runFault } from './district-under-fault.ts';
import { FAULTS } from './faults.ts';

const { values } = parseArgs({
  options: {
    strikes: { type: 'string', default: '25' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
let found = 0;
for (const fault of FAULTS.filter(({ name }) => name.includes(values.only))) {
  for (const store of fault.stores) {
    const report = await runFault(fault, {
      store,
      seed: Number(values.seed),
      strikes: Number(values.strikes),
    });
    found += report.findings.length;
    const { strikes, cases, actions, acknowledged, troubles, findings } = report;
    const figures = `${String(strikes)} times: ${String(cases)} cases, ${String(actions)} actions, ${String(acknowledged)} acknowledgements, ${String(troubles)} failed rounds`;
    const line = `${report.fault} (${store}), ${figures}, ${String(findings.length)} findings`;
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : [line, ...findings, ''].join('\n'));
  }
}
process.exitCode = found === 0 ? 0 : 1;
