/** Restores: what the stations gave back, what is set aside, and whether a backup was put back without finishing the restore. */
import { z } from 'zod';
import type { CatalogDocument } from '@sanji/sync/domain/catalog';
import { ACTION_KINDS } from '@sanji/sync/domain/lifecycle';
import type { MasterCase } from '@sanji/sync/replication/ports';
import { MAX_GIVE_BACK_BYTES, PROTOCOL_VERSION } from '@sanji/sync/protocol/messages';
import { answered, forDevice, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import type { ReturnedCase } from '../store/restore-store.ts';
import { setAsideAt, setAsideShape } from './audit.ts';
import { millis } from './schemas.ts';

export const epochShape = z.object({ count: z.int().min(1), id: z.string() });
const verdict = z.enum(['accepted', 'rejected']);
const returnedCase = z.object({
  caseId: z.string(),
  caseNo: z.string().optional(),
  unit: z.string(),
  at: millis,
  actions: z.int(),
  changed: z.array(
    z.object({ actionId: z.string(), kind: z.enum(ACTION_KINDS), before: verdict, now: verdict }),
  ),
});
const notice = z.object({
  epoch: z.int(),
  firstAt: millis,
  lastAt: millis,
  times: z.int(),
  cases: z.array(z.string()),
  kinds: z.array(z.enum(['case', 'checkpoint', 'epoch'])),
  highest: z.int(),
});

/** Signed by the hub, whose signature is checked over all of it; nothing else is believed, so nothing else need be looked at. */
const givenBackDocs = z.array(
  z.looseObject({
    _id: z.string().min(1).max(200),
    epoch: z.int().min(1).exactOptional(),
    n: z.int().min(1),
    entry: z.looseObject({ kind: z.string() }),
    sig: z.string().max(100),
  }),
);

export const givenBack = z.object({ v: z.literal(PROTOCOL_VERSION), docs: givenBackDocs });
export const givenBackAnswer = z.object({ v: z.literal(1), hubNow: millis, taken: z.int() });

export function restoreRoutes(container: Container): Endpoint[] {
  const { catalog, clock, life, restores, stores, audit } = container;
  return [
    forDevice({
      name: 'POST /sync/catalog',
      summary: 'Give back what the hub published and, since a restore, does not know any more. Idempotent.',
      body: givenBack,
      maxBytes: MAX_GIVE_BACK_BYTES,
      answers: { schema: givenBackAnswer },
      async handle({ body: { docs } }) {
        // The hub's own signature stands for the shape of the entries.
        const taken = await catalog.takeBack(docs as unknown as CatalogDocument[]);
        if (taken.length > 0) await restores.entriesCameBack(taken);
        return answered({ v: PROTOCOL_VERSION, hubNow: clock.now(), taken: taken.length });
      },
    }),
    forStaff({
      name: 'GET /api/restores',
      summary:
        'The epoch of the store, what came back since it began and which verdicts changed, what is set aside, and signs of an unfinished restore.',
      query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
      answers: {
        schema: z.object({
          epoch: epochShape.extend({ beganAt: millis }),
          isBehind: z.boolean(),
          behind: z.array(notice),
          cases: z.array(returnedCase),
          entries: z.array(z.object({ entry: z.string(), at: millis })),
          setAside: setAsideShape,
        }),
      },
      async handle({ query: { limit } }, { staff }) {
        const { count, id, beganAt } = life.epoch;
        const [behind, returned, entries, setAside] = await Promise.all([
          stores.restores.behind(),
          stores.restores.casesOf(count, limit),
          stores.restores.entriesOf(count, limit),
          setAsideAt(stores, limit),
        ]);
        const masters = await stores.master.getMany(returned.map(({ caseId }) => caseId));
        await audit({
          kind: 'restores-read',
          staffId: staff.staffId,
          object: `epoch:${String(count)}`,
          result: 'ok',
        });
        return answered({
          epoch: { count, id, beganAt },
          isBehind: behind.some(({ epoch }) => epoch === count),
          behind,
          cases: returned.map((each, i) => shownCase(each, masters[i])),
          entries,
          setAside,
        });
      },
    }),
  ];
}

/** Noted before it was written: a crash in between leaves a case of which nothing has come back yet. */
function shownCase({ caseId, unit, at }: ReturnedCase, master: MasterCase | undefined) {
  const again = Object.entries(master?.rulings ?? {}).flatMap(([actionId, ruling]) => {
    const kind = master?.actions[actionId]?.body.kind;
    return ruling.former === undefined || kind === undefined
      ? []
      : [{ actionId, kind, before: ruling.former.verdict, now: ruling.verdict }];
  });
  return {
    caseId,
    ...(master?.head.caseNo !== undefined && { caseNo: master.head.caseNo }),
    unit,
    at,
    actions: again.length,
    changed: again.filter(({ before, now }) => before !== now),
  };
}
