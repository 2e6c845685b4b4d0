// A tour of every screen of the app.
import { putRecords, readRecords } from './database.mjs';
import { expect } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, openAccounts, openAdvanced, openStorage, row, signUp, write } from './steps.mjs';
import { beginning, text } from './texts.mjs';

/** The screens of the open room: its menu, dialogs and channels. */
async function* tourOfRooms(page, narrow) {
  const choose = async (item) => {
    await page.getByRole('button', { name: text('room.menu') }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await page.getByRole('button', { name: text('room.menu') }).click();
  yield 'room-menu';
  await page.keyboard.press('Escape');

  await choose(text('room.menu_edit'));
  const edit = page.getByRole('dialog', { name: text('room.edit_title') });
  await edit.getByLabel(text('room.icon')).fill('⚙️');
  await edit.getByLabel(text('room.topic')).fill('Cards, cogs and what they might do');
  yield 'room-settings';
  await edit.getByRole('button', { name: text('app.save') }).click();
  await expect(edit).toBeHidden();

  await choose(text('room.menu_channels'));
  const channels = page.getByRole('dialog', { name: text('channel.of_room', { room: 'Engine room' }) });
  for (const [name, kind] of [['cards', text('channel.text')], ['Workshop', text('channel.voice')]]) {
    await channels.getByRole('radio', { name: kind }).check();
    await channels.getByLabel(text('channel.new_name')).fill(name);
    await channels.getByRole('button', { name: text('channel.add') }).click();
    await expect(channels.getByRole('button', { name: text('channel.remove_name', { channel: name }) })).toBeVisible();
  }
  yield 'channels';
  await channels.getByRole('button', { name: text('channel.remove_name', { channel: 'cards' }) }).click();
  await expect(page.getByRole('dialog', { name: text('channel.remove_title', { channel: 'cards' }) })).toBeVisible();
  yield 'remove-channel';
  await page.keyboard.press('Escape');
  await channels.getByRole('button', { name: text('app.close') }).click();

  await choose(text('room.menu_export'));
  await expect(page.getByRole('dialog', { name: text('transcript.title') })).toBeVisible();
  yield 'export-messages';
  await page.keyboard.press('Escape');

  await choose(text('room.menu_delete'));
  await expect(page.getByRole('dialog', { name: text('room.delete_title', { room: 'Engine room' }) })).toBeVisible();
  yield 'delete-room';
  await page.keyboard.press('Escape');

  if (narrow) await page.getByRole('button', { name: text('chat.back') }).click();
  yield 'rooms';
  await page.getByRole('button', { name: /^Workshop/ }).click();
  await expect(page.getByText(text('channel.voice_text'))).toBeVisible();
  yield 'voice-channel';

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('option').first()).toBeVisible();
  yield 'quick-switcher';
  await page.getByRole('combobox').fill('engine room');
  await page.getByRole('combobox').press('Enter');
  await expect(composer(page)).toBeVisible();
}

/** The search, before and after it has found something, and the dialog for dates. */
async function* tourOfSearch(page) {
  const button = (name) => page.getByRole('button', { name, exact: true });
  const field = page.getByRole('combobox', { name: text('search.title') });
  const status = page.getByRole('region', { name: text('search.title') }).getByRole('status');
  await button(text('search.title')).click();
  await expect(field).toBeFocused();
  yield 'search';
  await button(text('search.from')).click();
  await expect(page.getByRole('option').first()).toBeVisible();
  yield 'search-people';
  await field.fill('before:');
  await expect(page.getByRole('option', { name: text('time.today') })).toBeVisible();
  yield 'search-dates';
  await field.fill('has:cake ');
  await expect(page.getByText(text('search.bad_has'))).toBeVisible();
  yield 'search-problem';
  await field.fill('zebra');
  await expect(status).toHaveText(text('search.none'));
  yield 'search-none';
  await page.locator('#search-scope').getByText(text('search.everywhere'), { exact: true }).click();
  await field.fill('card');
  await expect(page.getByRole('option').first()).toBeVisible();
  await field.press('ArrowDown');
  yield 'search-results';
  await field.press('Enter');
  await expect(page.locator('.row[data-lit]')).toBeInViewport();
  yield 'search-result';
  const back = button(text('search.back'));
  if (await back.isVisible()) await back.click();
  await button(text('search.close')).click();

  await button(text('room.menu')).click();
  await page.getByRole('menuitem', { name: text('room.menu_date') }).click();
  await expect(page.getByRole('dialog', { name: text('date.title') })).toBeVisible();
  yield 'go-to-date';
  await page.keyboard.press('Escape');
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
  await expect(page.getByRole('heading', { name: text('welcome.title') })).toBeVisible();
  yield 'welcome';

  await signUp(page, 'Ada Lovelace');
  await expect(page.getByRole('button', { name: text('start.room') })).toBeVisible();
  yield 'no-rooms';

  await page.getByRole('button', { name: text('import.title') }).click();
  await expect(dialog(text('import.title'))).toBeVisible();
  yield 'import';
  await escape(dialog(text('import.title')));

  await page.getByRole('button', { name: text('start.room') }).click();
  await expect(page.getByLabel(text('room.name'))).toBeFocused();
  yield 'new-room';
  await page.getByLabel(text('room.name')).fill('Engine room');
  await page.getByRole('button', { name: text('room.create') }).click();
  await expect(page.getByRole('heading', { name: 'Engine room', level: 1 })).toBeVisible();
  yield 'empty-room';

  await write(page, 'Good morning, everyone');
  await write(page, 'The engine can do whatever we know how to order it to perform.');
  await row(page, 'Good morning').hover();
  yield 'room';
  await composer(page).fill(Array.from({ length: 40 }, (_, n) => `Card ${n + 1}`).join('\n'));
  await composer(page).press('Enter');
  await expect(button(text('message.unfold'))).toBeVisible();
  yield 'long-message';
  yield* tourOfRooms(page, narrow);

  await button(text('emoji.title')).click();
  await expect(dialog(text('emoji.title')).getByRole('menuitem').first()).toBeVisible();
  yield 'emoji';
  await escape(dialog(text('emoji.title')));

  await button(text('people.title')).click();
  await expect(page.getByRole('region', { name: beginning('people.title_count') })).toBeVisible();
  yield 'people';
  await page.getByRole('region', { name: beginning('people.title_count') }).getByRole('button', { name: /Ada Lovelace/ }).click();
  await expect(dialog('Ada Lovelace')).toBeVisible();
  yield 'card';
  await button(text('profile.edit'), dialog('Ada Lovelace')).click();
  await expect(dialog(text('profile.edit'))).toBeVisible();
  yield 'profile';
  await escape(dialog(text('profile.edit')));
  if (await dialog('Ada Lovelace').isVisible()) await escape(dialog('Ada Lovelace'));
  await button(text('people.close')).click();

  yield* tourOfSearch(page);

  if (narrow) await button(text('chat.back')).click();
  const accounts = await openAccounts(page);
  yield 'accounts';
  await button(text('settings.title'), accounts).click();
  await expect(dialog(text('settings.title'))).toBeVisible();
  yield 'settings';
  await escape(dialog(text('settings.title')));
  if (!await accounts.isVisible()) await openAccounts(page);
  await button(text('storage.title'), accounts).click();
  await expect(dialog(text('storage.title')).getByRole('region', { name: text('storage.space') })).toBeVisible();
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
  if (narrow) await page.getByRole('button', { name: text('chat.back') }).click();
  const missed = page.getByRole('navigation', { name: text('sidebar.rooms'), exact: true }).getByRole('button', { name: /^Ridge weekend / });
  await expect(missed).toBeVisible();
  yield 'unread';
  await missed.click();
  await expect(page.getByRole('separator', { name: text('unread.label') })).toBeInViewport();
  yield 'unread-room';
}

/** Bans, in a room that one looks after. */
async function* tourOfBans(page) {
  await page.getByRole('button', { name: text('people.title'), exact: true }).click();
  const people = page.getByRole('region', { name: beginning('people.title_count') });
  await people.getByRole('button', { name: /Tom Akerele/ }).click();
  yield 'card-of-another';
  await page.getByRole('button', { name: text('ban.open') }).click();
  await page.getByRole('dialog', { name: beginning('ban.title') }).getByLabel(text('ban.reason_field')).fill('Too many gnomes');
  yield 'ban';
  await page.getByRole('dialog', { name: beginning('ban.title') }).getByRole('button', { name: text('ban.ban'), exact: true }).click();
  await people.getByRole('button', { name: beginning('bans.open_count') }).click();
  await expect(page.getByRole('dialog', { name: text('bans.title') }).getByRole('listitem').filter({ hasText: 'Tom' })).toBeVisible();
  yield 'bans';
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: text('people.close') }).click();
}

/** What the storage page asks, and says of a storage that is not well. */
async function* tourOfStorage(page, narrow) {
  if (narrow) await page.getByRole('button', { name: text('chat.back') }).click();
  const { messages: [message] } = await readRecords(page, 'Ada', 'messages');
  await putRecords(page, 'Ada', {
    messages: [{ ...message, id: 'broken', content: 42 }, { ...message, id: 'dead', isDeleted: true, content: 'text' }],
  });
  const storage = await openStorage(page);
  await openAdvanced(storage);
  await storage.getByRole('button', { name: text('health.check') }).click();
  const repair = storage.getByRole('button', { name: text('health.repair_ask') });
  await repair.scrollIntoViewIfNeeded();
  yield 'storage-problems';
  await repair.click();
  await expect(storage.getByRole('button', { name: text('app.cancel') })).toBeFocused();
  yield 'storage-repair';
  await page.keyboard.press('Enter');
  await storage.getByRole('region', { name: text('storage.files') }).getByRole('button', { name: text('storage.remove_ask') }).click();
  yield 'storage-files';
  await storage.getByRole('button', { name: text('storage.delete_ask') }).click();
  await expect(storage.locator('#storage-confirm').getByRole('textbox')).toBeInViewport();
  yield 'storage-delete';
}

/** The start, and the sample rooms with their files. */
export async function* tourOfSamples(page) {
  const narrow = page.viewportSize().width < 600;
  await openApp(page);
  await signUp(page, 'Ada');
  const begin = page.getByRole('region', { name: text('start.title') });
  await expect(begin).toBeVisible();
  yield 'start';
  await begin.getByRole('button', { name: text('start.samples') }).click();
  await expect(row(page, 'Welcome, Ada!')).toBeInViewport();
  yield 'sample-room';

  const picture = page.getByRole('button', { name: text('files.open_picture', { name: 'Garden at dawn.png' }) });
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
  await expect(page.getByRole('list', { name: text('files.to_send') }).getByRole('listitem')).toHaveCount(2);
  yield 'files-to-send';
  const transfer = await page.evaluateHandle(() => {
    const made = new DataTransfer();
    made.items.add(new File(['x'], 'x.txt'));
    return made;
  });
  await page.getByRole('main').dispatchEvent('dragover', { dataTransfer: transfer });
  await expect(page.getByText(text('files.drop_title'))).toBeVisible();
  yield 'drop';
  await page.getByRole('main').dispatchEvent('dragleave', { dataTransfer: transfer });

  yield* tourOfBans(page);
  yield* tourOfUnread(page, narrow);
  yield* tourOfStorage(page, narrow);
}
