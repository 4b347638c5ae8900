import { describe, expect, it } from 'vitest';
import { COMMUNITY, DISTRICT, makeActor, makeCatalog, NOW, PIN, STREET } from '@sanji/sync/testing/factories';
import { newCase } from '@sanji/sync/domain/fold';
import type { CaseState } from '@sanji/sync/domain/state';
import { entryFor } from '../case/[caseId]/action-entry.ts';
import { batchKinds, batchPayload, commonTargets } from './batch-kinds.ts';

const catalog = makeCatalog();
const clerk = makeActor({ unit: COMMUNITY, roles: ['clerk'] });
const context = { actor: clerk, now: NOW, catalog };

function at(status: CaseState['status'], path: string[], change: Partial<CaseState> = {}): CaseState {
  const holder = path.at(-1);
  return {
    ...newCase('01'),
    status,
    ...(holder !== undefined && { holder }),
    path,
    parties: path,
    ever: path,
    matter: PIN,
    receivedAt: NOW,
    ...change,
  };
}

describe('with several cases', () => {
  it('is offered what all of them allow', () => {
    const accepted = at('accepted', [COMMUNITY]);
    const received = at('received', [COMMUNITY]);
    expect(batchKinds([accepted, accepted], context)).toEqual(['forward', 'note']);
    expect(batchKinds([received, received], context)).toEqual(['accept', 'note']);
    expect(batchKinds([accepted, received], context)).toEqual(['note']);
    expect(batchKinds([accepted, at('accepted', [STREET])], context)).toEqual([]);
    expect(batchKinds([], context)).toEqual([]);
  });

  it('may go to the units that are open to each of them', () => {
    const viaStreet = at('reviewing', [COMMUNITY, STREET, DISTRICT]);
    const straight = at('reviewing', [COMMUNITY, DISTRICT]);
    expect(commonTargets('returnDown', [viaStreet, viaStreet], catalog)).toEqual([STREET, COMMUNITY]);
    expect(commonTargets('returnDown', [viaStreet, straight], catalog)).toEqual([COMMUNITY]);
    expect(commonTargets('note', [viaStreet, straight], catalog)).toEqual([]);
  });

  it('sends each back to where it came from when no unit was chosen', () => {
    const states = [at('reviewing', [COMMUNITY, STREET, DISTRICT]), at('reviewing', [COMMUNITY, DISTRICT])];
    const sent = states.map((state) => {
      const shared = { ...entryFor('returnDown', state, catalog), to: '', reason: ' 缺章 ' };
      return batchPayload('returnDown', shared, { state, catalog, now: NOW, today: '2026-11-23' });
    });
    expect(sent).toEqual([
      { to: STREET, reason: '缺章' },
      { to: COMMUNITY, reason: '缺章' },
    ]);
  });

  it('grants to each what was asked for it', () => {
    const asked = (kind: string) => ({ by: 's1', kind, reason: kind, plannedEnd: '2026-12-01' });
    const states = ['hearing', 'test'].map((kind) =>
      at('reviewing', [STREET], { suspensionAsked: asked(kind) }),
    );
    const [first] = states;
    if (first === undefined) throw new Error('no case');
    const shared = entryFor('suspend', first, catalog);
    expect(
      states.map(
        (state) => batchPayload('suspend', shared, { state, catalog, now: NOW, today: '2026-11-23' }).kind,
      ),
    ).toEqual(['hearing', 'test']);
  });
});
