// The rules of accessibility, by axe.
import axe from 'axe-core';

/**
 * Gives what in a page breaks a rule, as sentences. Over a modal dialog no more than that is looked at: what lies under it
 * was a screen before. Without the library's wrapper for Playwright, which puts axe into the page twice at each look.
 */
export async function findViolations(page, rules = {}) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe.source);
  return page.evaluate(async (options) => {
    const top = [...document.querySelectorAll('dialog:modal')].at(-1);
    const { violations } = await globalThis.axe.run(top ?? document, options);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}\n${failureSummary}`));
  }, { resultTypes: ['violations'], preload: false, rules });
}
