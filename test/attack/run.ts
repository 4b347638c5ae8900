/**
 * The fuzz of `npm run attack [-- --requests N] [-- --seed S] [-- --from I] [-- --json]`: requests I, I+1, … of the seed against a hub on
 * the embedded store, or on the server of `COUCHDB_URL`. Exit code ≠ 0 on a finding.
 */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import { startPlantedHub } from './planted-hub.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '12000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);
const planted = await startPlantedHub(seed);
try {
  const report = await fuzz(planted, { seed, count: Number(values.requests), from: Number(values.from) });
  process.stdout.write(`${JSON.stringify(report, null, values.json ? 0 : 2)}\n`);
  process.exitCode = report.findings.length === 0 ? 0 : 1;
} finally {
  await planted.end();
}
