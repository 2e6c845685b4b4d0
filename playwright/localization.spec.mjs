// Every screen in a pseudo-language, longer and right-to-left: no text is left in English, and none is cut off.
import fs from 'node:fs';
import process from 'node:process';
import { findViolations } from './accessibility.mjs';
import { expect, freshTest as test } from './fixtures.mjs';
import { useLanguage } from './texts.mjs';
import { tour, tourOfSamples } from './tour.mjs';

const { ROOMKEEP_PSEUDO_URL: baseURL, ROOMKEEP_PSEUDO_ARB: arb, ROOMKEEP_SCREENSHOTS: pictures } = process.env;

// Each text is made longer by itself, so that a label does not hold what is seen of it.
const rules = { 'label-content-name-mismatch': { enabled: false } };

/** What can be read or heard in the page and has a letter of English, but for what people wrote. */
function findEnglish() {
  // Names, messages, files, and the names of emoji, which are data.
  const OWN = '[dir="auto"], .avatar, code, time, [data-picture], .lightbox img, .emoji';
  const found = [];
  const look = (element, what, said) => {
    // Values stand between isolating signs, one within another.
    let rest = said;
    for (let before; before !== rest;) [before, rest] = [rest, rest.replace(/\u2068[^\u2068\u2069]*\u2069/g, '')];
    if (/[A-Za-z]{2}/.test(rest)) found.push(`${element.localName}#${element.id}.${element.className} ${what}: ${said.trim()}`);
  };
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (element.closest(OWN) || !element.checkVisibility() || ['SCRIPT', 'STYLE'].includes(element.tagName)) continue;
      for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'aria-roledescription']) {
        if (element.hasAttribute(name)) look(element, name, element.getAttribute(name));
      }
      for (const node of element.childNodes) {
        if (node.nodeType === Node.TEXT_NODE) look(element, 'text', node.data);
      }
    }
  };
  walk(document.body);
  return found;
}

/** What does not fit: it is cut off, wider than what holds it, or covers its neighbour. */
function findMisfits() {
  const found = [];
  const name = (element) => `${element.localName}#${element.id}.${element.className}`;
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth - clientWidth} too wide`);
  const top = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.querySelector(':popover-open') ?? document.body;
  for (const element of top.querySelectorAll('*')) {
    if (!element.checkVisibility() || element.closest('svg, .visually-hidden, .splash')) continue;
    const style = getComputedStyle(element);
    const isCut = ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
    if (isCut && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1) found.push(`${name(element)} is cut off`);
    if (['absolute', 'fixed'].includes(style.position)) continue;
    const { left, right, top: above, bottom, width } = element.getBoundingClientRect();
    if (width && element.matches('button, a, input, select, label') && !element.closest('.tray-files') && (left < -1 || right > clientWidth + 1)) {
      found.push(`${name(element)} goes out of the window`);
    }
    const next = element.nextElementSibling;
    if (!next?.checkVisibility() || next.closest('.visually-hidden') || ['absolute', 'fixed', 'sticky'].includes(getComputedStyle(next).position)) continue;
    const beside = next.getBoundingClientRect();
    const across = Math.min(right, beside.right) - Math.max(left, beside.left);
    const down = Math.min(bottom, beside.bottom) - Math.max(above, beside.top);
    if (element.matches('button, label, .field, p, h1, h2, h3') && next.matches('button, label, .field, p') && across > 2 && down > 2) {
      found.push(`${name(element)} covers ${name(next)}`);
    }
  }
  return found;
}

for (const [name, screens] of Object.entries({ 'of one\'s own rooms': tour, 'of the sample rooms': tourOfSamples })) {
  test.describe(`made-up language, ${name}`, () => {
    // Times come from the browser, in the language of the person.
    test.use({ baseURL, locale: 'ar-XB', viewport: { width: 360, height: 740 } });
    test.beforeAll(() => useLanguage(JSON.parse(fs.readFileSync(arb)), baseURL));
    test.afterAll(() => useLanguage());

    test('all texts are translated, and fit', async ({ page }) => {
      test.slow();
      for await (const screen of screens(page)) {
        if (pictures) await page.screenshot({ path: `${pictures}/${screen}-pseudo.png` });
        await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
        expect.soft(await page.title(), screen).toMatch(/⟦/);
        expect.soft(await page.evaluate(findEnglish), `${screen}: in English`).toEqual([]);
        expect.soft(await page.evaluate(findMisfits), `${screen}: does not fit`).toEqual([]);
        expect.soft(await findViolations(page, rules), screen).toEqual([]);
      }
    });
  });
}
