/** Conditions of tier rules as values: the same, and both together. */
import type { RuleCondition } from './catalog.ts';

/** What both ask for. */
export function bothConditions(
  a: RuleCondition | undefined,
  b: RuleCondition | undefined,
): RuleCondition | undefined {
  if (a === undefined || b === undefined || a.text === b.text) return a ?? b;
  const counts = [a.maxHeadCount, b.maxHeadCount].filter((count) => count !== undefined);
  const isTranslated = a.en !== undefined || b.en !== undefined;
  return {
    text: `${a.text}；${b.text}`,
    ...(isTranslated && { en: `${a.en ?? a.text}; ${b.en ?? b.text}` }),
    ...((a.residence === true || b.residence === true) && { residence: true }),
    ...(counts.length > 0 && { maxHeadCount: Math.min(...counts) }),
  };
}

export function isSameCondition(a: RuleCondition | undefined, b: RuleCondition | undefined): boolean {
  return (
    a?.text === b?.text &&
    a?.en === b?.en &&
    (a?.residence === true) === (b?.residence === true) &&
    a?.maxHeadCount === b?.maxHeadCount
  );
}
