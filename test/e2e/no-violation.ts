/** What no screen may have: a violation that axe can find, and on a phone anything that lies beyond its edge. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page, ViewportSize } from 'playwright-core';
import { expect } from 'vitest';

/** WCAG 2.2 AA and below, and what axe calls best practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PHONE = { width: 390, height: 844 };

export async function expectNoViolation(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
}

/** Neither wider nor taller than a phone, since only `main` scrolls, and without a violation there. The window is as it was afterwards. */
export async function expectFitsPhone(page: Page): Promise<void> {
  const size = page.viewportSize();
  await page.setViewportSize(PHONE);
  await expectFits(page, PHONE);
  if (size !== null) await page.setViewportSize(size);
}

/** As `expectFitsPhone`, in a window that has that size already. */
export async function expectFits(page: Page, { width, height }: ViewportSize): Promise<void> {
  const measured = await page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return { scrollWidth, scrollHeight };
  });
  expect(measured).toEqual({ scrollWidth: width, scrollHeight: height });
  await expectNoViolation(page);
}
