/** What a person who has enlarged the page, or has a small one, would miss: words that are cut off, and parts that scroll sideways. */
import type { Page } from 'playwright-core';

/** Words of which a part lies outside what can be seen or scrolled to. An ellipsis says itself that there is more. */
export function cutOffWords(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const TOLERANCE_PX = 2;
    const isHidden = (element: Element): boolean =>
      element.closest('.sr-only, .head, .skip, [hidden], option, [popover]:not(:popover-open)') !== null ||
      !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const cut: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      const parent = node.parentElement;
      if (text === '' || parent === null || isHidden(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const words = range.getBoundingClientRect();
      if (words.width === 0) continue;
      for (let box: Element | null = parent; box !== null && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        if (style.textOverflow === 'ellipsis') break;
        const { left, right, top, bottom } = box.getBoundingClientRect();
        const isClipped = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
        const isScrolled = /auto|scroll/.test(style.overflowX + style.overflowY);
        const beside = words.left < left - TOLERANCE_PX || words.right > right + TOLERANCE_PX;
        const below = words.top < top - TOLERANCE_PX || words.bottom > bottom + TOLERANCE_PX;
        if ((isClipped(style.overflowX) && beside) || (isClipped(style.overflowY) && below)) cut.push(text);
        if (isScrolled) break;
      }
    }
    return cut;
  });
}

/** Parts that scroll sideways and are not a table, a grid or a sheet of paper, which have two dimensions by nature. */
export function sidewaysParts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('body *')]
      .filter((element) => {
        const { overflowX } = getComputedStyle(element);
        const isScroller = element === document.documentElement || /auto|scroll/.test(overflowX);
        return isScroller && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1;
      })
      .filter((element) => element.querySelector('table, [role=grid], [data-testid=paper-sheet]') === null)
      .filter(
        (element) =>
          element.closest('[role=grid]') === null &&
          element.tagName !== 'TEXTAREA' &&
          element.tagName !== 'INPUT',
      )
      .map((element) => `${element.tagName} ${element.className}`),
  );
}

/** Chosen things that look as their neighbours do, where a theme of the system has taken the program's own colours away. */
export function unmarked(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const CHOSEN = '[aria-current=page], [aria-pressed=true], [aria-selected=true]';
    const looks = (element: Element): string => {
      const style = getComputedStyle(element);
      return [
        style.backgroundColor,
        style.borderBottomColor,
        style.borderBottomStyle,
        style.borderBottomWidth,
        style.outlineStyle,
        style.textDecorationLine,
      ].join();
    };
    return [...document.querySelectorAll(CHOSEN)]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const others = [
          ...(element.closest('nav, [role], ul, div')?.querySelectorAll(element.tagName) ?? []),
        ];
        const neighbours = others.filter((other) => !other.matches(CHOSEN) && other.className !== '');
        return neighbours.some((other) => looks(other) === looks(element));
      })
      .map((element) => `${element.tagName} ${element.textContent.trim()}`);
  });
}
