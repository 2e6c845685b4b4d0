// Rooms and channels: creating, changing, finding and leaving them; unread messages; unsent drafts.
import { readRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, createRoom, openBehind, pending, row, signUp, startImport, write } from './steps.mjs';

const rooms = (page) => page.getByRole('navigation', { name: 'Rooms', exact: true });
const room = (page, name) => rooms(page).getByRole('button', { name: new RegExp(`^${name} `) });
const channel = (page, of, name) => rooms(page).getByRole('list', { name: `Channels in ${of}` }).getByRole('button', { name, exact: true });
const noneUnread = (button) => expect(button).not.toHaveAccessibleName(/unread/);
const channels = (page, of) => page.getByRole('dialog', { name: `Channels in ${of}` });

async function reload(page) {
  await page.reload();
  await ready(page);
}

async function chooseInMenu(page, item) {
  await page.getByRole('button', { name: 'Room menu' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function addChannel(page, name, kind = 'Text') {
  const dialog = page.getByRole('dialog', { name: /^Channels in/ });
  if (!await dialog.isVisible()) await chooseInMenu(page, 'Channels…');
  await dialog.getByRole('radio', { name: kind }).check();
  const isVoice = kind === 'Voice';
  await expect(dialog.getByText('Roomkeep lists voice channels but doesn\'t have calls.')).toBeVisible({ visible: isVoice });
  await dialog.getByLabel('New channel name').fill(name);
  await dialog.getByRole('button', { name: 'Add channel' }).click();
  await expect(dialog.getByLabel(`Name of ${kind.toLowerCase()} channel ${name}`)).toBeVisible();
  return dialog;
}

async function close(dialog) {
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
}

/** Brings in what Bob wrote just now, as a server would. */
async function hear(page, roomName, texts, channelName = 'general') {
  const { rooms: places } = await readRecords(page, 'Ada', 'rooms');
  const found = places.find(({ name }) => name === roomName);
  const { id: channelId } = found.channels.find(({ name }) => name === channelName);
  const lines = texts.map((content, n) => JSON.stringify({
    id: `${content}-${Date.now()}-${n}`, roomId: found.id, channelId, senderId: 'bob', senderName: 'Bob', content,
    timestamp: Date.now() + n, replyToId: null,
  }));
  await page.getByRole('button', { name: 'Import messages' }).click();
  const dialog = page.getByRole('dialog', { name: /import/i });
  const again = dialog.getByRole('button', { name: 'Import another file' });
  if (await again.isVisible()) await again.click();
  const file = { name: 'new.jsonl', mimeType: 'application/octet-stream', buffer: Buffer.from(lines.join('\n')) };
  await page.getByLabel('Archive file').setInputFiles(file);
  await startImport(page);
  await expect(dialog).toContainText('Imported');
  await dialog.getByRole('button', { name: 'Close' }).click();
}

test('a room is renamed, described and given an icon, and then deleted', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await page.locator('#composer-files').setInputFiles({ name: 'leaf.txt', mimeType: 'text/plain', buffer: Buffer.from('green') });
  await expect(pending(page)).toHaveCount(1);
  await composer(page).press('Enter');
  await expect(row(page, 'leaf.txt')).toBeVisible();
  await write(page, 'hello');
  await chooseInMenu(page, 'Edit room…');
  const edit = page.getByRole('dialog', { name: 'Edit room' });
  await expect(edit.getByLabel('Name')).toHaveValue('Tea');
  await edit.getByLabel('Icon').fill('long words');
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit.getByRole('alert')).toContainText('The icon is too long');
  await edit.getByLabel('Icon').fill('🍵');
  await edit.getByLabel('Name').fill('Green tea');
  await edit.getByLabel('Topic').fill('Leaves <b>only</b>');
  await edit.getByLabel('Topic').press('Enter');
  await expect(edit).toBeHidden();
  for (const time of ['at once', 'after a reload']) {
    if (time !== 'at once') await reload(page);
    await expect(page.getByRole('heading', { name: 'Green tea', level: 1 }), time).toBeVisible();
    await expect(page.getByText('Leaves <b>only</b>')).toBeVisible();
    await expect(room(page, 'Green tea')).toContainText('🍵');
    await expect(room(page, 'Green tea')).toHaveAccessibleName(/^Green tea You: hello \d?\d:\d\d/);
  }

  await chooseInMenu(page, 'Delete room…');
  const ask = page.getByRole('dialog', { name: 'Delete “Green tea”?' });
  await expect(ask.getByRole('listitem')).toHaveText(['2 messages and their reactions', '1 file', '1 channel: general', 'The list of 1 member, and all bans']);
  await ask.getByRole('button', { name: 'Cancel' }).click();
  await expect(row(page, 'hello')).toBeVisible();
  await chooseInMenu(page, 'Delete room…');
  await ask.getByRole('button', { name: 'Delete room' }).click();
  await expect(page.getByText('“Green tea” deleted.')).toBeVisible();
  await expect(page.getByText('No rooms yet')).toBeVisible();
});

test('channels are added, renamed, moved and removed, and each has its own messages', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await write(page, 'in general');
  const other = await openBehind(page);
  await chooseInMenu(page, 'Channels…');
  const dialog = channels(page, 'Tea');
  await dialog.getByLabel('New channel name').fill('Brewing');
  // What one chooses while it is being written is the next one's.
  await page.locator('#channel-add').evaluate((form) => {
    form.requestSubmit();
    form.elements.namedItem('kind')[1].click();
  });
  await expect(dialog.getByLabel('Name of text channel Brewing')).toBeVisible();
  await expect.poll(async () => JSON.stringify(await readRecords(page, 'Ada', 'rooms'))).toContain('Brewing');
  await expect(dialog.getByRole('radio', { name: 'Voice' })).toBeChecked();
  await addChannel(page, 'Parlour', 'Voice');
  await dialog.getByLabel('New channel name').fill('brewing');
  await dialog.getByRole('button', { name: 'Add channel' }).click();
  await expect(dialog.getByRole('alert')).toContainText('There\'s already a channel “Brewing” in this room');
  const up = dialog.getByRole('button', { name: 'Move Brewing up' });
  await up.press('Enter');
  await expect(up).toHaveAttribute('aria-disabled', 'true');
  await expect(up).toBeFocused();
  const inOrder = (tab) => rooms(tab).getByRole('list', { name: 'Channels in Tea' }).getByRole('button');
  const grip = dialog.getByRole('button', { name: 'Move Parlour', exact: true });
  await grip.dragTo(dialog.getByLabel('Name of text channel Brewing'));
  await expect(inOrder(other)).toHaveText([/Parlour/, /Brewing/, /general/]);
  await expect(grip).toBeFocused();
  await grip.press('ArrowDown');
  await expect(dialog.getByText('Parlour is now 2 of 3.')).toBeAttached();
  await grip.press('ArrowDown');
  await expect(dialog.getByText('Parlour is now 3 of 3.')).toBeAttached();
  await expect(grip).toBeFocused();
  // Escape ends the drag, and not the dialog.
  await grip.hover();
  await page.mouse.down();
  await page.mouse.move(0, 0, { steps: 3 });
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(dialog).toBeVisible();
  await expect(inOrder(page)).toHaveText([/Brewing/, /general/, /Parlour/], { useInnerText: true });
  const name = dialog.getByLabel('Name of text channel Brewing');
  await name.fill('Leaves');
  await name.press('Enter');
  await expect(dialog.getByLabel('Name of text channel Leaves')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Remove general' })).toHaveCount(0);
  await close(dialog);

  await channel(page, 'Tea', 'Leaves').click();
  await expect(composer(page)).toHaveAttribute('placeholder', 'Message Leaves');
  await expect(row(page, 'in general')).toHaveCount(0);
  await write(page, 'about leaves');
  await reload(page);
  await expect(channel(page, 'Tea', 'Leaves')).toHaveAttribute('aria-current', 'true');
  await expect(row(page, 'about leaves')).toBeVisible();
  for (const tab of [page, other]) await expect(inOrder(tab)).toHaveText([/Leaves/, /general/, /Parlour/]);
  await chooseInMenu(page, 'Edit room…');
  await page.getByRole('dialog', { name: 'Edit room' }).getByLabel('Name').fill('Fine tea');
  await page.keyboard.press('Enter');
  await expect(other.getByRole('heading', { name: 'Fine tea', level: 1 })).toBeVisible();
  await expect(room(other, 'Fine tea')).toBeVisible();

  await channel(page, 'Fine tea', 'Parlour voice').click();
  await expect(page.getByText('Roomkeep lists this voice channel but doesn\'t have calls.')).toBeVisible();
  await expect(composer(page)).toBeHidden();
  await page.getByRole('button', { name: 'Open a text channel' }).click();
  await expect(composer(page)).toBeFocused();

  await chooseInMenu(page, 'Channels…');
  await channels(page, 'Fine tea').getByRole('button', { name: 'Remove Leaves' }).click();
  const ask = page.getByRole('dialog', { name: 'Remove “Leaves”?' });
  await expect(ask).toContainText('Its message moves to “general”.');
  await ask.getByRole('button', { name: 'Remove channel' }).click();
  await expect(ask).toBeHidden();
  await channels(page, 'Fine tea').getByRole('button', { name: 'Remove Parlour' }).click();
  await page.getByRole('dialog', { name: 'Remove “Parlour”?' }).getByRole('button', { name: 'Remove channel' }).click();
  await expect(channels(page, 'Fine tea').getByRole('listitem')).toHaveCount(1);
  await close(channels(page, 'Fine tea'));
  await expect(row(page, 'about leaves')).toBeVisible();
  await expect(row(page, 'in general')).toBeVisible();
});

test('Escape leaves the name of a channel as it was', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  const dialog = await addChannel(page, 'Brewing');
  await dialog.getByLabel('Name of text channel Brewing').fill('Bre');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await createRoom(page, 'Cake');
  const { rooms: kept } = await readRecords(page, 'Ada', 'rooms');
  const { channels: of } = kept.find(({ name }) => name === 'Tea');
  expect(of.map(({ name }) => name)).toEqual(['general', 'Brewing']);
});

test('what is open of a room goes when another tab deletes the room', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  const other = await openBehind(page);
  const remove = async (name) => {
    await other.bringToFront();
    await room(other, name).click();
    await chooseInMenu(other, 'Delete room…');
    await other.getByRole('button', { name: 'Delete room', exact: true }).click();
    await page.bringToFront();
  };
  await createRoom(page, 'Tea');
  await chooseInMenu(page, 'Edit room…');
  await remove('Tea');
  await expect(page.getByRole('dialog', { name: 'Edit room' })).toBeHidden();
  await createRoom(page, 'Cake');
  await write(page, 'Who brings it?');
  await row(page, 'Who brings it?').press('Enter');
  await expect(page.getByRole('menu', { name: /^Message from/ })).toBeVisible();
  await remove('Cake');
  await expect(page.getByRole('menu', { name: /^Message from/ })).toBeHidden();
});

test('the longest names make the list of rooms no wider', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'W'.repeat(80));
  await addChannel(page, 'C'.repeat(80));
  const list = page.locator('#rooms');
  await expect(list.getByText('C'.repeat(80))).toBeAttached();
  expect(await list.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
});

test('rooms stand in the order of their last messages, and a focused one keeps the focus', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  const order = () => page.locator('#rooms > li > button [data-part="name"]');
  for (const name of ['Tea', 'Cake', 'Jam']) await createRoom(page, name);
  await expect(order()).toHaveText(['Jam', 'Cake', 'Tea']);
  await room(page, 'Cake').click();
  await write(page, 'who brings it?');
  await expect(order()).toHaveText(['Cake', 'Jam', 'Tea']);
  await room(page, 'Tea').focus();
  const other = await page.context().newPage();
  await openApp(other);
  await room(other, 'Tea').click();
  await write(other, 'I do');
  await page.bringToFront();
  await expect(order()).toHaveText(['Tea', 'Cake', 'Jam']);
  await expect(room(page, 'Tea')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(room(page, 'Cake')).toBeFocused();
  await reload(page);
  await expect(order()).toHaveText(['Tea', 'Cake', 'Jam']);
});

test('whoever deletes a room by the keyboard is at the rooms then', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await page.getByRole('button', { name: 'Room menu' }).press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Delete room', exact: true }).press('Enter');
  await expect(page.getByRole('button', { name: 'New room' })).toBeFocused();
});

test('what is unread is counted, marked in the channel, and read in all tabs', async ({ page }) => {
  test.slow();
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await addChannel(page, 'Brewing');
  await close(channels(page, 'Tea'));
  await write(page, 'how long?');
  await createRoom(page, 'Cake');
  await hear(page, 'Tea', ['three minutes', 'or four'], 'Brewing');
  await expect(room(page, 'Tea')).toHaveAccessibleName(/^Tea Bob: or four \d.* 2 unread$/);
  await reload(page);
  await expect(room(page, 'Tea')).toHaveAccessibleName(/2 unread$/);
  const other = await openBehind(page);
  await expect(room(other, 'Tea')).toHaveAccessibleName(/2 unread$/);

  await room(page, 'Tea').click();
  await expect(row(page, 'or four')).toBeVisible();
  const line = page.getByRole('separator', { name: 'New messages' });
  await expect(row(page, 'three minutes').filter({ has: line })).toBeVisible();
  await noneUnread(room(page, 'Tea'));
  await noneUnread(room(other, 'Tea'));
  await room(page, 'Cake').click();
  await room(page, 'Tea').click();
  await expect(row(page, 'or four')).toBeVisible();
  await expect(line).toBeHidden();

  await room(page, 'Cake').click();
  await hear(page, 'Tea', ['five'], 'general');
  await expect(room(page, 'Tea')).toHaveAccessibleName(/1 unread$/);
  await room(page, 'Tea').click();
  await expect(channel(page, 'Tea', 'general 1 unread')).toBeVisible();
  await chooseInMenu(page, 'Mark as read');
  await expect(channel(page, 'Tea', 'general')).toBeVisible();
  await expect(room(page, 'Tea')).toHaveAccessibleName(/^Tea Bob: five \d/);
});

test('what was begun in a channel is there after a reload, and in other accounts it is not', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await composer(page).fill('begun in tea');
  await createRoom(page, 'Cake');
  await expect(composer(page)).toHaveValue('');
  await composer(page).fill('begun in cake');
  const kept = async () => JSON.stringify(await readRecords(page, 'Ada', 'meta'));
  await expect.poll(kept).toContain('begun in cake');
  await reload(page);
  await expect(composer(page)).toHaveValue('begun in cake');
  await room(page, 'Tea').click();
  await expect(composer(page)).toHaveValue('begun in tea');
  await composer(page).press('Enter');
  await expect(row(page, 'begun in tea')).toBeVisible();
  await expect.poll(kept).not.toContain('begun in tea');
  await reload(page);
  await expect(row(page, 'begun in tea')).toBeVisible();
  await expect(composer(page)).toHaveValue('');
});

test('a room or channel is found by the keyboard alone', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  await addChannel(page, 'Brewing');
  await close(channels(page, 'Tea'));
  await createRoom(page, 'Café');
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog', { name: 'Search rooms and channels' });
  const field = dialog.getByRole('combobox');
  await expect(field).toBeFocused();
  const options = dialog.getByRole('option');
  await expect(options.first()).toHaveAccessibleName('Tea');
  await page.keyboard.type('brew');
  await expect(options).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(composer(page)).toHaveAttribute('placeholder', 'Message Brewing');
  await expect(composer(page)).toBeFocused();

  await page.keyboard.press('Control+k');
  await page.keyboard.type('cafe');
  await expect(options).toHaveCount(1);
  await field.fill('');
  await page.keyboard.press('ArrowDown');
  await expect(options.nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(field).toHaveAttribute('aria-activedescendant', await options.nth(1).getAttribute('id'));
  await page.keyboard.type('nowhere');
  await expect(dialog.getByRole('status')).toHaveText('No rooms or channels found');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(composer(page)).toBeFocused();
  await reload(page);
  await page.keyboard.press('Control+k');
  await expect(options.first()).toHaveAccessibleName('Café');
  await page.keyboard.press('Escape');

  // From a menu, one comes back to where that was opened.
  await write(page, 'black or white');
  for (const place of [row(page, 'black or white'), page.getByRole('button', { name: 'Room menu' })]) {
    await place.focus();
    await place.press('Enter');
    await expect(page.getByRole('menuitem').first()).toBeFocused();
    await page.keyboard.press('Control+k');
    await expect(field).toBeFocused();
    await expect(page.locator('[role=menu]:visible')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(place).toBeFocused();
  }
});

test('the menu of a room is used with the keyboard', async ({ page }) => {
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'Tea');
  const button = page.getByRole('button', { name: 'Room menu' });
  await button.focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Edit room…' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Delete room…' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
  await expect(page.getByRole('menu')).toBeHidden();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(channels(page, 'Tea')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(channels(page, 'Tea')).toBeHidden();
  await expect(button).toBeFocused();
});

test('in a narrow window one goes from rooms to channels and back', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openApp(page);
  await signUp(page, 'Ada');
  await createRoom(page, 'A room with a name that is far too long to fit');
  await addChannel(page, 'A channel with a name that is far too long to fit');
  await close(page.getByRole('dialog', { name: /^Channels in/ }));
  await page.getByRole('button', { name: 'Back to rooms' }).click();
  await rooms(page).getByRole('list', { name: /^Channels in/ }).getByRole('button', { name: 'general' }).click();
  await expect(rooms(page)).toBeHidden();
  await expect(composer(page)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByRole('button', { name: 'Back to rooms' }).click();
  await page.getByRole('button', { name: 'Search rooms and channels' }).click();
  await page.getByRole('combobox').fill('far too long');
  await page.getByRole('option', { name: /^A channel/ }).click();
  await expect(page.getByRole('button', { name: 'Room menu' })).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
