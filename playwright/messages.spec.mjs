// Messages: formatting, replies, actions and reactions, on real IndexedDB.
import { expect, freshTest, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, createRoom, editedMark, log, openBehind, row, signUp, startImport, write } from './steps.mjs';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

const begin = async (page) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
};
const tool = async (page, text, name) => {
  await row(page, text).hover();
  await row(page, text).getByRole('button', { name, exact: true }).click();
};
/** Writes a message whose markers do not show. */
const say = async (page, text) => {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await expect(composer(page)).toHaveValue('');
};
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());
const reload = async (page) => {
  await page.reload();
  await ready(page);
};

/** Brings messages in from an archive: a room of many, in which the last answers the 40th. */
async function importMany(page, count = 900) {
  const lines = Array.from({ length: count }, (_, n) => JSON.stringify({
    id: `m${n}`, roomId: 'many', channelId: 'general', senderId: `s${n % 3}`, senderName: `Sender ${n % 3}`,
    content: `message ${n}.`, timestamp: 1_100_000_000_000 + n * 60_000,
    replyToId: { [count - 1]: 'm40', [count - 2]: 'nowhere', [count - 3]: `m${count - 5}` }[n] ?? null,
  }));
  await page.getByRole('button', { name: 'Import messages' }).click();
  const dialog = page.getByRole('dialog', { name: /import/i });
  await page.getByLabel('Archive file').setInputFiles({ name: 'a.jsonl', mimeType: 'text/plain', buffer: Buffer.from(lines.join('\n')) });
  await startImport(page);
  await expect(dialog).toContainText('Imported');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: 'many' }).click();
  await expect(row(page, `message ${count - 1}.`)).toBeInViewport();
}

test('links, code and emphasis show as such; markup stays text', async ({ page }) => {
  await begin(page);
  await say(page, 'see https://example.org/a_(b)?c=1, *or* `rm -rf`: javascript:alert(1) <b>x</b>');
  await say(page, '```py\nif x:\n    y = "<i>"\n```');
  await write(page, '🎉🎉');
  const link = log(page).getByRole('link');
  await expect(link).toHaveText('https://example.org/a_(b)?c=1');
  await expect(link).toHaveAttribute('href', 'https://example.org/a_(b)?c=1');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(link).toHaveAttribute('target', '_blank');
  await expect(row(page, 'or').getByRole('strong')).toHaveText('or');
  await expect(row(page, 'or').getByRole('code')).toHaveText('rm -rf');
  await expect(row(page, '<b>x</b>')).toBeVisible();
  const block = log(page).getByRole('group', { name: 'Code, py' });
  await expect(block).toHaveText('if x:\n    y = "<i>"', { useInnerText: true });
  await page.getByRole('button', { name: 'Copy code' }).click();
  await expect(page.getByText('Code copied')).toBeVisible();
  expect(await copied(page)).toBe('if x:\n    y = "<i>"');
  const size = (text) => row(page, text).getByText(text, { exact: true }).evaluate((item) => parseFloat(getComputedStyle(item).fontSize));
  expect(await size('🎉🎉')).toBeGreaterThan(24);
});

test('a reply shows what it answers, and leads there', async ({ page }) => {
  test.slow();
  await begin(page);
  await write(page, 'What time is tea?');
  await write(page, 'something else');
  await tool(page, 'What time is tea?', 'Reply');
  const reply = page.getByText('Replying to Ada What time is tea?');
  await expect(reply).toBeVisible();
  await expect(composer(page)).toBeFocused();
  await page.getByRole('button', { name: 'Cancel reply' }).click();
  await expect(reply).toBeHidden();
  await tool(page, 'What time is tea?', 'Reply');
  await page.keyboard.press('Escape');
  await expect(reply).toBeHidden();

  await row(page, 'What time is tea?').focus();
  await page.keyboard.press('r');
  await page.keyboard.type('At four');
  await page.keyboard.press('Enter');
  const quote = page.getByRole('button', { name: 'In reply to Ada What time is tea?' });
  await expect(quote).toBeVisible();
  await expect(reply).toBeHidden();
  await reload(page);
  await quote.click();
  await expect(page.locator('.row:focus')).toContainText('What time is tea?');

  const original = log(page).getByRole('listitem').filter({ has: page.locator('.message') }).first();
  await original.hover();
  await original.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edit message' }).fill('When is tea?');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'In reply to Ada When is tea?' })).toBeVisible();
  await original.hover();
  await original.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name: 'In reply to Ada Message deleted' })).toBeVisible();
});

test('a quote leads to a message far back, and one finds the way to the latest again', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signUp(page, 'Ada');
  await importMany(page);
  await expect(page.getByRole('button', { name: 'The original message isn\'t here' })).toBeDisabled();
  await page.getByRole('button', { name: 'In reply to Sender 1 message 895.' }).click();
  await expect(page.locator('.row:focus')).toContainText('message 895.');
  await page.getByRole('button', { name: 'In reply to Sender 1 message 40.' }).click();
  const far = page.locator('.row:focus');
  await expect(far).toContainText('message 40.');
  await expect(far).toBeInViewport({ ratio: 1 });
  expect(await page.locator('#messages > li').count()).toBeLessThanOrEqual(300);

  const scroller = page.locator('#messages-scroller');
  const lastId = () => page.locator('#messages > li').last().getAttribute('data-id');
  while (await lastId() !== 'm899') {
    const before = await lastId();
    await scroller.evaluate((list) => { list.scrollTop = list.scrollHeight; });
    await expect.poll(lastId).not.toBe(before);
  }
  await page.getByRole('button', { name: 'In reply to Sender 1 message 40.' }).click();
  await expect(far).toContainText('message 40.');
  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await expect(row(page, 'message 899.')).toBeInViewport();
});

test('a message is copied, and edited by Up', async ({ page }) => {
  await begin(page);
  await say(page, 'keep *this* `text`');
  await tool(page, 'keep', 'Copy text');
  await expect(page.getByText('Message copied')).toBeVisible();
  expect(await copied(page)).toBe('keep *this* `text`');
  await composer(page).press('ArrowUp');
  const editor = page.getByRole('textbox', { name: 'Edit message' });
  await expect(editor).toHaveValue('keep *this* `text`');
  // The same words, without the marks.
  await editor.fill('keep this text');
  await editor.press('Enter');
  await expect(editedMark(page, 'keep this text')).toBeVisible();
  await expect(row(page, 'keep this text').locator('strong, code')).toHaveCount(0);
});

test('where the clipboard is not to be had, one is told', async ({ page, trouble }) => {
  await begin(page);
  await page.evaluate(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));
  await write(page, 'keep this');
  await tool(page, 'keep', 'Copy text');
  await expect(page.getByRole('alert')).toContainText('Select the text and copy it');
  expect(trouble).toEqual([]);
});

test('an editor in which nothing was written follows what another tab makes of the message', async ({ page }) => {
  await begin(page);
  await write(page, 'Tea at four');
  const other = await openBehind(page);
  const edit = async (tab) => {
    await row(tab, 'Tea at').focus();
    await tab.keyboard.press('e');
    return tab.getByRole('textbox', { name: 'Edit message' });
  };
  const editor = await edit(page);
  await expect(editor).toHaveValue('Tea at four');
  await other.bringToFront();
  await (await edit(other)).fill('Tea at five');
  await other.keyboard.press('Enter');
  await expect(editor).toHaveValue('Tea at five');
  await page.bringToFront();
  await editor.press('Enter');
  await expect(editor).toHaveCount(0);
  await expect(row(page, 'Tea at five')).toBeVisible();

  // What is deleted there is not lost here.
  await edit(page);
  await other.bringToFront();
  await row(other, 'Tea at five').press('Delete');
  await other.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.bringToFront();
  await expect(page.locator('.row[data-deleted]')).toHaveCount(1);
  await expect(editor).toHaveValue('Tea at five');
});

test('who reacted is said no more when the pointer has left the messages at once', async ({ page }) => {
  await begin(page);
  await write(page, 'tea?');
  await tool(page, 'tea?', 'Add reaction');
  const picker = page.getByRole('dialog', { name: 'Emoji' });
  await picker.getByRole('combobox', { name: 'Search' }).fill('teapot');
  await picker.getByRole('option', { name: /^🫖/ }).click();
  const chip = row(page, 'tea?').getByRole('button', { name: /1 reaction/ });
  await chip.hover();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await composer(page).hover();
  await expect(page.getByRole('tooltip')).toBeHidden();
});

test('any emoji reacts, and all who did are named', async ({ page }) => {
  test.slow();
  await begin(page);
  await write(page, 'cake');
  await tool(page, 'cake', 'Add reaction');
  const picker = page.getByRole('dialog', { name: 'Emoji' });
  await picker.getByRole('combobox', { name: 'Search' }).fill('teapot');
  await picker.getByRole('option', { name: /^🫖/ }).click();
  await expect(picker).toBeHidden();
  const chip = row(page, 'cake').getByRole('button', { name: '🫖 1 reaction, including yours: You' });
  await expect(chip).toHaveAttribute('aria-pressed', 'true');
  await chip.hover();
  await expect(page.getByRole('tooltip')).toHaveText('You reacted with 🫖');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tooltip')).toBeHidden();

  // By the keyboard alone; Escape gives the focus back.
  await row(page, 'cake').focus();
  await page.keyboard.press('+');
  await expect(picker.getByRole('combobox', { name: 'Search' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(picker).toBeHidden();
  await expect(row(page, 'cake')).toBeFocused();
  await page.keyboard.press('+');
  await expect(picker.getByRole('combobox', { name: 'Search' })).toBeFocused();
  await page.keyboard.type('rocket');
  // The picker takes in the text once it is idle, and then no option is chosen any more: Enter would choose the first, not pick it.
  await page.evaluate(() => new Promise((done) => { requestIdleCallback(done); }));
  await expect(async () => {
    await page.keyboard.press('ArrowDown');
    await expect(picker.getByRole('option', { name: /^🚀/ })).toHaveAttribute('aria-selected', 'true', { timeout: 300 });
  }).toPass({ timeout: 20_000 });
  await page.keyboard.press('Enter');
  await expect(row(page, 'cake').getByRole('button', { name: /^🚀 1 reaction/ })).toBeVisible();

  await chip.press('Enter');
  await expect(chip).toHaveCount(0);
  await expect(row(page, 'cake')).toBeFocused();
  await expect(row(page, 'cake').getByRole('button', { name: /^🚀 1 reaction/ })).toBeVisible();
});

test('an emoji goes where one writes', async ({ page }) => {
  await begin(page);
  await composer(page).fill('ab');
  await composer(page).press('ArrowLeft');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  const picker = page.getByRole('dialog', { name: 'Emoji' });
  await picker.getByRole('combobox', { name: 'Search' }).fill('cat face');
  await picker.getByRole('option', { name: /^🐱/ }).click();
  await expect(composer(page)).toHaveValue('a🐱b');
  await expect(composer(page)).toBeFocused();
  await composer(page).press('Control+z');
  await expect(composer(page)).toHaveValue('ab');
  await composer(page).press('Control+Shift+z');
  await expect(composer(page)).toHaveValue('a🐱b');
  await composer(page).press('Enter');
  await expect(row(page, 'a🐱b')).toBeVisible();
});

freshTest.describe('by touch', () => {
  freshTest.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  freshTest('all that one can do with a message is in reach', async ({ page }) => {
    freshTest.slow();
    await begin(page);
    await write(page, 'a message');
    await row(page, 'a message').tap();
    const tools = row(page, 'a message').getByRole('group', { name: 'Message actions' });
    await expect(tools).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('menu', { name: 'Message from Ada' })).toBeHidden();
    const time = await row(page, 'a message').getByRole('time').boundingBox();
    const box = await tools.boundingBox();
    expect(box.y + box.height <= time.y || box.x >= time.x + time.width).toBe(true);
    await tools.getByRole('button', { name: 'More' }).tap();
    const menu = page.getByRole('menu', { name: 'Message from Ada' });
    await expect(menu.getByRole('menuitem')).toHaveText(['Reply', 'React…', 'Copy text', 'Copy link', 'Edit', 'Delete']);
    await menu.getByRole('menuitem', { name: 'React…' }).tap();
    const picker = page.getByRole('dialog', { name: 'Emoji' });
    await picker.getByRole('menuitem', { name: /^😀/ }).tap();
    const chip = row(page, 'a message').getByRole('button', { name: /^😀 1 reaction/ });
    await expect(chip).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

    // Held, a message brings up its menu; the browser's own stays away.
    const session = await page.context().newCDPSession(page);
    const { x, y } = await row(page, 'a message').getByText('a message').boundingBox();
    const touch = (type, ...touchPoints) => session.send('Input.dispatchTouchEvent', { type, touchPoints });
    await touch('touchStart', { x: x + 5, y: y + 5 });
    await expect(row(page, 'a message')).toHaveAttribute('data-held');
    await touch('touchEnd');
    await menu.getByRole('menuitem', { name: 'Delete' }).tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).tap();
    await expect(row(page, 'Message deleted')).toBeVisible();
  });
});
