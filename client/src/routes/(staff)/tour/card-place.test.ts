import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cardPlace } from './card-place.ts';

const CARD = { width: 360, height: 200 };
const WINDOW = { width: 1366, height: 768 };

it.each([
  ['a badge above', { left: 900, top: 12, width: 200, height: 32 }, { left: 900, top: 58 }],
  ['a bar at the foot', { left: 0, top: 736, width: 1366, height: 32 }, { left: 12, top: 522 }],
  ['the navigation at the side', { left: 0, top: 0, width: 76, height: 768 }, { left: 90, top: 12 }],
  ['nothing', undefined, { left: 503, top: 284 }],
])('stands beside %s', (_name, target, place) => {
  expect(cardPlace(target, CARD, WINDOW)).toEqual(place);
});

it('lies within the window, whatever it speaks of', () => {
  const px = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
  fc.assert(
    fc.property(px(1366), px(768), px(1366), px(768), (left, top, width, height) => {
      const place = cardPlace({ left, top, width, height }, CARD, WINDOW);
      expect(place.left).toBeGreaterThanOrEqual(0);
      expect(place.top).toBeGreaterThanOrEqual(0);
      expect(place.left + CARD.width).toBeLessThanOrEqual(WINDOW.width);
      expect(place.top + CARD.height).toBeLessThanOrEqual(WINDOW.height);
    }),
  );
});
