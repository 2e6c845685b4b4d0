// A tour through every screen of the app, one after the other.
import { putRecords, readRecords } from './database.mjs';
import { expect } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, openAccounts, openAdvanced, openStorage, row, signUp, write } from './steps.mjs';

/** The screens of the open room: its menu, dialogs and channels. */
async function* tourOfRooms(page, narrow) {
  const choose = async (item) => {
    await page.getByRole('button', { name: 'Room menu' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await page.getByRole('button', { name: 'Room menu' }).click();
  yield 'room-menu';
  await page.keyboard.press('Escape');

  await choose('Edit room…');
  const edit = page.getByRole('dialog', { name: 'Edit room' });
  await edit.getByLabel('Icon').fill('⚙️');
  await edit.getByLabel('Topic').fill('Cards, cogs and what they might do');
  yield 'room-settings';
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit).toBeHidden();

  await choose('Channels…');
  const channels = page.getByRole('dialog', { name: 'Channels in Engine room' });
  for (const [name, kind] of [['cards', 'Text'], ['Workshop', 'Voice']]) {
    await channels.getByRole('radio', { name: kind }).check();
    await channels.getByLabel('New channel name').fill(name);
    await channels.getByRole('button', { name: 'Add channel' }).click();
    await expect(channels.getByRole('button', { name: `Remove ${name}` })).toBeVisible();
  }
  yield 'channels';
  await channels.getByRole('button', { name: 'Remove cards' }).click();
  await expect(page.getByRole('dialog', { name: 'Remove “cards”?' })).toBeVisible();
  yield 'remove-channel';
  await page.keyboard.press('Escape');
  await channels.getByRole('button', { name: 'Close' }).click();

  await choose('Delete room…');
  await expect(page.getByRole('dialog', { name: 'Delete “Engine room”?' })).toBeVisible();
  yield 'delete-room';
  await page.keyboard.press('Escape');

  if (narrow) await page.getByRole('button', { name: 'Back to rooms' }).click();
  yield 'rooms';
  await page.getByRole('button', { name: 'Workshop voice' }).click();
  await expect(page.getByText('have calls.').first()).toBeVisible();
  yield 'voice-channel';

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('option').first()).toBeVisible();
  yield 'quick-switcher';
  await page.getByRole('combobox').fill('engine room');
  await page.getByRole('combobox').press('Enter');
  await expect(page.getByRole('textbox', { name: /^Message / })).toBeVisible();
}

/** Brings up each screen in turn and yields its name; goes on when it is asked for the next. */
export async function* tour(page) {
  const narrow = page.viewportSize().width < 600;
  const button = (name, of = page) => of.getByRole('button', { name, exact: true });
  const dialog = (name) => page.getByRole('dialog', { name });
  const escape = async (opened) => {
    await page.keyboard.press('Escape');
    await expect(opened).toBeHidden();
  };

  await openApp(page);
  await expect(page.getByRole('heading', { name: 'Welcome to Roomkeep' })).toBeVisible();
  yield 'welcome';

  await signUp(page, 'Ada Lovelace');
  await expect(page.getByRole('button', { name: /^Create a room/ })).toBeVisible();
  yield 'no-rooms';

  await page.getByRole('button', { name: 'Import messages' }).click();
  await expect(dialog(/import/i)).toBeVisible();
  yield 'import';
  await escape(dialog(/import/i));

  await page.getByRole('button', { name: /^Create a room/ }).click();
  await expect(page.getByLabel('Room name')).toBeFocused();
  yield 'new-room';
  await page.getByLabel('Room name').fill('Engine room');
  await page.getByRole('button', { name: 'Create room' }).click();
  await expect(page.getByRole('heading', { name: 'Engine room', level: 1 })).toBeVisible();
  yield 'empty-room';

  await write(page, 'Good morning, everyone');
  await write(page, 'The engine can do whatever we know how to order it to perform.');
  await row(page, 'Good morning').hover();
  yield 'room';
  await composer(page).fill(Array.from({ length: 40 }, (_, n) => `Card ${n + 1}`).join('\n'));
  await composer(page).press('Enter');
  await expect(button('Show more')).toBeVisible();
  yield 'long-message';
  yield* tourOfRooms(page, narrow);

  await button('Emoji').click();
  await expect(dialog('Emoji').getByRole('menuitem').first()).toBeVisible();
  yield 'emoji';
  await escape(dialog('Emoji'));

  await button('People').click();
  await expect(page.getByRole('region', { name: /^People/ })).toBeVisible();
  yield 'people';
  await page.getByRole('region', { name: /^People/ }).getByRole('button', { name: /Ada Lovelace/ }).click();
  await expect(dialog('Ada Lovelace')).toBeVisible();
  yield 'card';
  await button('Edit profile', dialog('Ada Lovelace')).click();
  await expect(dialog('Edit profile')).toBeVisible();
  yield 'profile';
  await escape(dialog('Edit profile'));
  if (await dialog('Ada Lovelace').isVisible()) await escape(dialog('Ada Lovelace'));
  await button('Close people').click();

  if (narrow) await button('Back to rooms').click();
  const accounts = await openAccounts(page);
  yield 'accounts';
  await button('Settings', accounts).click();
  await expect(dialog('Settings')).toBeVisible();
  yield 'settings';
  await escape(dialog('Settings'));
  if (!await accounts.isVisible()) await openAccounts(page);
  await button('Storage', accounts).click();
  await expect(dialog('Storage').getByText(/ used/).first()).toBeVisible();
  yield 'storage';
}

/** What was missed while the page was closed: in the list, and in the room. */
async function* tourOfUnread(page, narrow) {
  const { rooms } = await readRecords(page, 'Ada', 'rooms');
  const { id: roomId } = rooms.find(({ name }) => name === 'Ridge weekend');
  const messages = Array.from({ length: 60 }, (_, n) => ({
    id: `missed${n}`, roomId, channelId: 'general', senderId: 'noor', senderName: 'Noor Haddad', content: `Stop ${n}: all well.`, timestamp: Date.now() + n,
  }));
  await putRecords(page, 'Ada', { messages });
  await page.reload();
  await ready(page);
  if (narrow) await page.getByRole('button', { name: 'Back to rooms' }).click();
  const missed = page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: /^Ridge weekend .* unread$/ });
  await expect(missed).toBeVisible();
  yield 'unread';
  await missed.click();
  await expect(page.getByRole('separator', { name: 'New messages' })).toBeInViewport();
  yield 'unread-room';
}

/** Bans, in a room that one looks after. */
async function* tourOfBans(page) {
  await page.getByRole('button', { name: 'People', exact: true }).click();
  const people = page.getByRole('region', { name: /^People/ });
  await people.getByRole('button', { name: /Tom Akerele/ }).click();
  yield 'card-of-another';
  await page.getByRole('button', { name: 'Ban from room…' }).click();
  await page.getByRole('dialog', { name: /^Ban / }).getByLabel('Reason').fill('Too many gnomes');
  yield 'ban';
  await page.getByRole('dialog', { name: /^Ban / }).getByRole('button', { name: 'Ban', exact: true }).click();
  await people.getByRole('button', { name: /^Bans/ }).click();
  await expect(page.getByRole('dialog', { name: 'Bans in this room' }).getByRole('listitem').filter({ hasText: 'Tom' })).toBeVisible();
  yield 'bans';
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close people' }).click();
}

/** What the storage page asks, and says of a storage that is not well. */
async function* tourOfStorage(page, narrow) {
  if (narrow) await page.getByRole('button', { name: 'Back to rooms' }).click();
  const { messages: [message] } = await readRecords(page, 'Ada', 'messages');
  await putRecords(page, 'Ada', {
    messages: [{ ...message, id: 'broken', content: 42 }, { ...message, id: 'dead', isDeleted: true, content: 'text' }],
  });
  const storage = await openStorage(page);
  await openAdvanced(storage);
  await storage.getByRole('button', { name: 'Check now' }).click();
  const repair = storage.getByRole('button', { name: 'Repair…' });
  await repair.scrollIntoViewIfNeeded();
  yield 'storage-problems';
  await repair.click();
  await expect(storage.getByRole('button', { name: 'Cancel' })).toBeFocused();
  yield 'storage-repair';
  await page.keyboard.press('Enter');
  await storage.getByRole('region', { name: 'Files' }).getByRole('button', { name: 'Remove…' }).click();
  yield 'storage-files';
  await storage.getByRole('button', { name: 'Delete everything in this account…' }).click();
  await expect(storage.getByLabel('To confirm, type Ada')).toBeInViewport();
  yield 'storage-delete';
}

/** The start, and the sample rooms with their files. */
export async function* tourOfSamples(page) {
  const narrow = page.viewportSize().width < 600;
  await openApp(page);
  await signUp(page, 'Ada');
  const begin = page.getByRole('region', { name: 'Get started' });
  await expect(begin).toBeVisible();
  yield 'start';
  await begin.getByRole('button', { name: 'Try sample rooms' }).click();
  await expect(row(page, 'Welcome, Ada!')).toBeInViewport();
  yield 'sample-room';

  const picture = page.getByRole('button', { name: 'Open picture Garden at dawn.png' });
  await picture.scrollIntoViewIfNeeded();
  await expect(picture.locator('img')).toBeVisible();
  yield 'pictures';
  await picture.click();
  await expect(page.getByRole('dialog').getByRole('img', { name: 'Garden at dawn.png' })).toBeVisible();
  yield 'lightbox';
  await page.keyboard.press('Escape');

  await page.locator('#composer-files').setInputFiles([
    { name: 'Notes for Saturday.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(48_213) },
    { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    { name: 'A very long name of a file that nobody would want to read.docx', mimeType: '', buffer: Buffer.alloc(1_200_000) },
  ]);
  await expect(page.getByRole('list', { name: 'Files to send' }).getByRole('listitem')).toHaveCount(2);
  yield 'files-to-send';
  const transfer = await page.evaluateHandle(() => {
    const made = new DataTransfer();
    made.items.add(new File(['x'], 'x.txt'));
    return made;
  });
  await page.getByRole('main').dispatchEvent('dragover', { dataTransfer: transfer });
  await expect(page.getByText('Drop to attach')).toBeVisible();
  yield 'drop';
  await page.getByRole('main').dispatchEvent('dragleave', { dataTransfer: transfer });

  yield* tourOfBans(page);
  yield* tourOfUnread(page, narrow);
  yield* tourOfStorage(page, narrow);
}
