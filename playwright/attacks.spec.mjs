// Hostile content in the database is shown as plain text and never runs.
import { putRecords } from './database.mjs';
import { expect, test } from './fixtures.mjs';
import { openApp, ready } from './helpers.mjs';
import { composer, log, openAccounts, row, signUp } from './steps.mjs';

const ATTACK = '<img src=x data-attack onerror="globalThis.ran = true"><script data-attack>globalThis.ran = true</script>';
const SCRIPT_URL = 'javascript:globalThis.ran=true';

/** Records with the attack in every text that a record has. */
function hostileRecords() {
  const hostile = (name) => `${ATTACK}${name}`;
  const time = 1_100_000_000_000;
  const member = (id, extra) => ({ oderId: id, username: hostile('u'), displayName: hostile('d'), avatarUrl: SCRIPT_URL, ...extra });
  const message = (id, extra) => ({
    id: hostile(id), roomId: hostile('room'), channelId: 'general', senderId: hostile('mallory'), senderName: hostile('Mallory'),
    content: hostile('content'), timestamp: time, reactions: [], ...extra,
  });
  const reaction = { messageId: hostile('m1'), oderId: hostile('mallory'), emoji: ATTACK, timestamp: time };
  const file = (id, extra) => ({
    id: hostile(id), messageId: hostile('m1'), filename: `../../${hostile(id)}`, size: 5, mime: hostile('text/html'), createdAt: time,
    data: ATTACK.slice(0, 5), ...extra,
  });
  return {
    rooms: [{
      id: hostile('room'), name: hostile('room'), topic: hostile('topic'), icon: ATTACK, hostId: 'Ada', createdAt: time,
      channels: [
        { id: 'general', name: hostile('general'), type: 'text', position: 0 },
        { id: hostile('voice'), name: hostile('voice'), type: 'voice', position: 1 },
      ],
      members: [member('Ada', { role: 'host' }), member(hostile('mallory'))],
    }, { id: ATTACK, name: 1 }],
    users: [member(hostile('mallory'), { bio: `${hostile('bio')} ${SCRIPT_URL}`, status: 'online' })],
    messages: [
      message('m1', { reactions: [reaction] }),
      message('m2', { timestamp: time + 1, replyToId: hostile('m1'), content: `\`${ATTACK}\` **${ATTACK}** [x](${SCRIPT_URL}) ${SCRIPT_URL}` }),
    ],
    reactions: [reaction],
    bans: [{ oderId: hostile('ban'), roomId: hostile('room'), userId: hostile('mallory'), bannedBy: hostile('Ada'), displayName: hostile('Mallory'), reason: hostile('reason'), timestamp: time }],
    attachments: [file('page.html', { mime: 'text/html' }), file('picture.svg', { mime: 'image/svg+xml' }), file('none', { size: 0, data: '' })],
  };
}

test('markup in every field of every record is text on every screen', async ({ page, trouble }) => {
  await page.addInitScript(() => {
    globalThis.violations = [];
    addEventListener('securitypolicyviolation', (event) => globalThis.violations.push(event.violatedDirective));
  });
  await openApp(page);
  await signUp(page, 'Ada');
  await putRecords(page, 'Ada', hostileRecords());
  const isHarmless = async (screen) => {
    const harm = await page.evaluate(() => ({
      ran: globalThis.ran,
      violations: globalThis.violations,
      elements: document.querySelectorAll('[data-attack]').length,
      links: Array.from(document.querySelectorAll('[href], [src]'), (element) => element.getAttribute('href') ?? element.getAttribute('src'))
        .filter((url) => url.startsWith('javascript:')),
    }));
    expect(harm, screen).toEqual({ ran: undefined, violations: [], elements: 0, links: [] });
  };
  const choose = async (item) => {
    await page.getByRole('button', { name: 'Room menu' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  await page.reload();
  await ready(page);
  await page.getByRole('navigation', { name: 'Rooms', exact: true }).getByRole('button', { name: ATTACK }).first().click();
  await expect(row(page, 'content').first()).toContainText(ATTACK);
  await expect(log(page).getByRole('button', { name: /page\.html/ }).first()).toBeVisible();
  await isHarmless('room');
  await row(page, 'content').first().hover();
  await row(page, 'content').first().getByRole('button', { name: 'Reply' }).click();
  await composer(page).fill(ATTACK);
  await composer(page).press('Enter');
  await expect(row(page, ATTACK).last()).toBeVisible();
  await isHarmless('reply');
  for (const item of ['Edit room…', 'Channels…', 'Delete room…']) {
    await choose(item);
    await expect(page.getByRole('dialog')).toBeVisible();
    await isHarmless(item);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('option').first()).toBeVisible();
  await isHarmless('quick switcher');
  await page.keyboard.press('Escape');

  const people = page.getByRole('region', { name: /^People/ });
  if (!await people.isVisible()) await page.getByRole('button', { name: 'People', exact: true }).click();
  await people.getByRole('listitem').getByRole('button', { name: ATTACK }).last().click();
  await expect(page.getByRole('dialog')).toContainText('bio');
  await isHarmless('card');
  await page.keyboard.press('Escape');
  await people.getByRole('button', { name: 'Bans (1)' }).click();
  await expect(page.getByRole('dialog')).toContainText('reason');
  await isHarmless('bans');
  await page.keyboard.press('Escape');

  const accounts = await openAccounts(page);
  await isHarmless('accounts');
  await accounts.getByRole('button', { name: 'Storage' }).click();
  await expect(page.getByRole('dialog', { name: 'Storage' })).toContainText(ATTACK);
  await isHarmless('storage');
  trouble.length = 0; // the records that cannot be read are told in the console, too
});
