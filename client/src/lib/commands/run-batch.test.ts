import { describe, expect, it } from 'vitest';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { runBatch } from './run-batch.ts';

describe('a batch', () => {
  it('goes on after a refusal, and says of each case what became of it', async () => {
    const told: [string, Result<string>][] = [];
    await runBatch(['a', 'b', 'c'], {
      act: (caseId) => Promise.resolve(caseId === 'b' ? refused('not-holder') : { ok: true, value: caseId }),
      told: (caseId, result) => told.push([caseId, result]),
      stopped: () => false,
    });
    expect(told).toEqual([
      ['a', { ok: true, value: 'a' }],
      ['b', refused('not-holder')],
      ['c', { ok: true, value: 'c' }],
    ]);
  });

  it('has one case under way at a time', async () => {
    let running = 0;
    let most = 0;
    await runBatch(['a', 'b', 'c'], {
      async act() {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return { ok: true, value: null };
      },
      told: () => undefined,
      stopped: () => false,
    });
    expect(most).toBe(1);
  });

  it('leaves what comes after a stop untouched', async () => {
    const done: string[] = [];
    await runBatch(['a', 'b', 'c'], {
      act: (caseId) => Promise.resolve({ ok: true, value: done.push(caseId) }),
      told: () => undefined,
      stopped: () => done.length === 2,
    });
    expect(done).toEqual(['a', 'b']);
  });
});
