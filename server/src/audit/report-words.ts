/** What an audit found, in words for whoever ran the command. */
import { BREAKS, type Break, type Finding } from '@sanji/sync/audit/break';
import type { AuditReport } from '@sanji/sync/audit/verify-export';

/** More of one kind are counted, not listed. */
const MAX_LISTED = 10;

export function wordsOfBreak({ file, line, caseId, actionId, what, expected, found }: Break): string[] {
  const place = [
    `${file}${line === undefined ? '' : `:${String(line)}`}`,
    ...(caseId === undefined ? [] : [`case ${caseId}`]),
    ...(actionId === undefined ? [] : [`action ${actionId}`]),
  ];
  return [
    `BROKEN at ${place.join(', ')}`,
    `  ${what}: ${BREAKS[what]}`,
    `  expected: ${expected}`,
    `  found:    ${found}`,
  ];
}

export function wordsOfSummary({ counts, findings, manifest }: AuditReport, signer: string): string[] {
  const when = (ms: number) => new Date(ms).toISOString();
  const head =
    manifest === undefined
      ? []
      : [
          `District ${manifest.district}, epoch ${String(manifest.epoch.count)}, exported ${when(manifest.startedAt)}.`,
          `Signed by the hub’s key ${signer}.`,
        ];
  const { devices, entries, cases, actions, aside } = counts;
  const read = `Read ${String(devices)} terminals, ${String(entries)} log entries, ${String(cases)} cases with ${String(actions)} actions, ${String(aside)} set aside.`;
  return [...head, read, ...wordsOfFindings(findings)];
}

function wordsOfFindings(findings: Finding[]): string[] {
  const lines: string[] = [];
  for (const [kind, same] of Map.groupBy(findings, (finding) => finding.kind)) {
    lines.push(`To know: ${FINDINGS[kind]} (${String(same.length)})`);
    lines.push(...same.slice(0, MAX_LISTED).map((finding) => `  ${placeOf(finding)}`));
    if (same.length > MAX_LISTED) lines.push(`  … and ${String(same.length - MAX_LISTED)} more`);
  }
  return lines;
}

const FINDINGS: Record<Finding['kind'], string> = {
  'on-its-way': 'something claimed its place less than a day ago and is not all there yet',
  'gap-known': 'a gap in a terminal’s chain that the hub has noticed itself',
  'fork-known': 'a terminal’s chain forks, and the hub has noticed it itself: its profile was copied',
  'clock-went-back': 'rulings of one case are stamped out of order: a hub’s clock was set back',
  'log-doubled': 'a number of the log stands twice: a cluster was torn apart, or an entry was put in',
  'enrolment-unlogged': 'nothing in the log says how this terminal’s key came',
};

function placeOf(finding: Finding): string {
  switch (finding.kind) {
    case 'on-its-way':
    case 'gap-known':
    case 'fork-known':
      return finding.place;
    case 'clock-went-back':
      return `case ${finding.caseId}, action ${finding.actionId}, by ${String(finding.byMs)} ms`;
    case 'log-doubled':
      return `entry ${String(finding.seq)}`;
    case 'enrolment-unlogged':
      return finding.deviceId;
  }
}
