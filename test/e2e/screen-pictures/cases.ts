/** Fills a station with cases of several people and matters, pushed by its other window. */
import type { TestHub } from '../../integration/running-hub.ts';
import { TestStation } from '../../integration/test-station.ts';
import { forwardedMatters } from '../cast.ts';
import { LONG_PERSON } from './long-names.ts';

const NAMES = ['王示例', '李示例', '欧阳示例', '赵示例', '陈示例'];
const ID_NUMBER = '11010519491231002X';
/** Between two of them, so that lists have an order. */
const STEP_MS = 1000;

/** Returns the first of them. */
export async function fillStation(
  hub: TestHub,
  { count = 40, isLong = false }: { count?: number; isLong?: boolean } = {},
): Promise<string> {
  const window = await TestStation.join(hub, 'yangxm');
  const matters = forwardedMatters().filter(({ subject }) => subject.includes('person'));
  const pushed = [];
  for (let i = 0; i < count; i += 1) {
    const matterId = matters[(i * 5) % matters.length]?.matterId ?? '';
    const name = isLong ? LONG_PERSON : (NAMES[i % NAMES.length] ?? '');
    hub.clock.moveBy(STEP_MS);
    pushed.push(await window.received('yangxm', matterId, { kind: 'person', name, idNumber: ID_NUMBER }));
  }
  await window.push(...pushed);
  hub.clock.moveBy(-count * STEP_MS);
  await hub.hub.container.router.poke();
  return pushed[0]?.caseId ?? '';
}
