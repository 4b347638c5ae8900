/** Where the tour's card stands: beside what it speaks of, never over it, never outside the window. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
export interface Size {
  width: number;
  height: number;
}

const GAP = 14;
const EDGE = 12;

/** Below, above, to the right or to the left, whichever has room; in the middle when there is nothing to point at. */
export function cardPlace(target: Box | undefined, card: Size, window: Size): { left: number; top: number } {
  const inside = (left: number, top: number): { left: number; top: number } => ({
    left: Math.max(EDGE, Math.min(left, window.width - card.width - EDGE)),
    top: Math.max(EDGE, Math.min(top, window.height - card.height - EDGE)),
  });
  if (target === undefined) return inside((window.width - card.width) / 2, (window.height - card.height) / 2);
  const right = target.left + target.width;
  const bottom = target.top + target.height;
  if (bottom + GAP + card.height + EDGE <= window.height) return inside(target.left, bottom + GAP);
  if (target.top - GAP - card.height >= EDGE) return inside(target.left, target.top - GAP - card.height);
  if (right + GAP + card.width + EDGE <= window.width) return inside(right + GAP, target.top);
  return inside(target.left - GAP - card.width, target.top);
}
