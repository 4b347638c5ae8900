import { describe, expect, it } from 'vitest';
import { LogReader, chained } from './log-entry.ts';
import type { AuditEntry, LogFault, NewAuditEntry } from './log-entry.ts';

const login = (at: number): NewAuditEntry => ({
  at,
  kind: 'login',
  staffId: 'yangxm',
  object: 'session',
  result: 'ok',
  details: { terminal: 'A1' },
});

async function logOf(length: number): Promise<AuditEntry[]> {
  const log: AuditEntry[] = [];
  for (let i = 1; i <= length; i++) log.push(await chained(login(i), log.slice(-1)));
  return log;
}

async function faultsOf(log: AuditEntry[]): Promise<LogFault[]> {
  const reader = new LogReader();
  const faults: LogFault[] = [];
  for (const entry of log) {
    const fault = await reader.take(entry);
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

describe('the audit log', () => {
  it('is whole as it was written', async () => {
    expect(await faultsOf(await logOf(5))).toEqual([]);
    expect(await faultsOf([])).toEqual([]);
  });

  it('shows a changed entry, whatever was changed in it', async () => {
    const log = await logOf(4);
    const changes: Partial<AuditEntry>[] = [
      { at: 7 },
      { staffId: 'puyl' },
      { result: 'refused' },
      { details: {} },
      { hash: 'x' },
      { prev: null },
    ];
    for (const change of changes) {
      const changed = log.map((entry, i) => (i === 1 ? { ...entry, ...change } : entry));
      expect((await faultsOf(changed))[0]).toMatchObject({ seq: 2, fault: 'altered' });
    }
  });

  it('shows an entry that was written anew with its hash, by the one that follows', async () => {
    const log = await logOf(4);
    const anew = await chained({ ...login(2), staffId: 'puyl' }, log.slice(0, 1));
    expect(await faultsOf(log.map((entry, i) => (i === 1 ? anew : entry)))).toMatchObject([
      { seq: 3, fault: 'unlinked' },
    ]);
  });

  it('shows an entry that was taken out, and goes on from the next', async () => {
    const log = await logOf(4);
    expect(await faultsOf(log.toSpliced(1, 1))).toMatchObject([{ seq: 2, fault: 'missing', found: '3' }]);
  });

  it('shows an entry that was put in: its number stands twice', async () => {
    const log = await logOf(4);
    const second = await chained(login(9), log.slice(0, 1));
    const reader = new LogReader();
    for (const entry of log.toSpliced(2, 0, second)) await reader.take(entry);
    expect(reader.doubled).toEqual([2]);
  });

  it('of a cluster that was torn apart keeps both sides, and misses either', async () => {
    const common = await logOf(2);
    const left = [await chained(login(10), common.slice(-1))];
    left.push(await chained(login(11), left.slice(-1)));
    const right = [await chained(login(20), common.slice(-1))];
    right.push(await chained(login(21), right.slice(-1)));
    const [l3, l4] = left as [AuditEntry, AuditEntry];
    const [r3, r4] = right as [AuditEntry, AuditEntry];
    const after = await chained(login(30), [l4, r4]);
    const log = [...common, r3, l3, l4, r4, after];
    expect(await faultsOf(log)).toEqual([]);
    for (const gone of [r3, l3, l4, r4])
      expect(await faultsOf(log.filter((entry) => entry !== gone))).not.toEqual([]);
  });
});
