// Accessibility checks with axe.
import axe from 'axe-core';

/**
 * Returns a page's accessibility violations as sentences. If a modal dialog is open, only the dialog is checked, because
 * the page below it was checked as a screen of its own. This does not use axe's wrapper for Playwright, which injects axe
 * twice per check.
 */
export async function findViolations(page, rules = {}) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe.source);
  return page.evaluate(async (options) => {
    const top = [...document.querySelectorAll('dialog:modal')].at(-1);
    const { violations } = await globalThis.axe.run(top ?? document, options);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target}\n${failureSummary}`));
  }, { resultTypes: ['violations'], preload: false, rules });
}
