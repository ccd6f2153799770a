// The main way as a screen reader tells it: names in their order; and by keyboard alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stage } from './deployment.mjs';

const { site, people } = await stage();

// Role and name of everything with a name, in the order of the accessibility tree.
async function told(page) {
  const tree = await page.locator('body').ariaSnapshot();
  return [...tree.matchAll(/^\s*- '?(heading|button|link|textbox|combobox|alert|status) "((?:[^"\\]|\\.)*)"/gm)].map(([, role, name]) => `${role} ${name}`);
}

// These come one after the other; others may stand between.
function inOrder(all, wanted) {
  let from = 0;
  for (const one of wanted) {
    const at = all.findIndex((name, index) => index >= from && (one instanceof RegExp ? one.test(name) : name === one));
    assert.ok(at >= 0, `${one} does not come after ${wanted.slice(0, wanted.indexOf(one))} in: ${all.join(' · ')}`);
    from = at + 1;
  }
}

async function oneHeading(page) {
  const levels = await page.locator('h1, h2, h3, h4').evaluateAll((all) => all.filter((h) => h.checkVisibility()).map((h) => Number(h.tagName[1])));
  assert.equal(levels.filter((level) => level === 1).length, 1);
  levels.reduce((before, level) => { assert.ok(level <= before + 1, `h${before} then h${level}`); return level; }, 0);
}

async function byTab(page) {
  const reached = [];
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const { activeElement: on } = document;
      return on === document.body ? '' : (on.getAttribute('aria-label') ?? on.labels?.[0]?.textContent ?? on.textContent).trim().replace(/\s+/g, ' ');
    });
    if (!name || name === reached[0]) break;
    reached.push(name);
  }
  return reached;
}

const skipLink = /link (Đến|Chuyển đến) nội dung/;

test('the notice', async () => {
  const page = await people.open();
  await people.legacyLogin(page, site.scenarios.happy);
  inOrder(await told(page), [skipLink, /^heading Thông báo/, /^button (Bỏ qua|Đăng nhập bằng VNeID)/]);
  const all = await told(page);
  for (const name of ['button Bỏ qua', 'button Đăng nhập bằng VNeID']) assert.ok(all.includes(name), all.join(' · '));
  await oneHeading(page);
  const tabs = await byTab(page);
  assert.match(tabs[0], /nội dung/);
  assert.ok(tabs.includes('Bỏ qua') && tabs.includes('Đăng nhập bằng VNeID'), tabs.join(' · '));
});

test('the verification', async () => {
  const page = await people.open();
  await people.legacyLogin(page, site.cases.self_entered);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await page.waitForURL(`${site.url}/vneid/verify`);
  const fields = [/^combobox Nguồn xác minh/, /^textbox Số CMT/, /^textbox Số CCCD/, /^textbox Họ và tên/, /^textbox Ngày sinh/];
  inOrder(await told(page), [skipLink, /^heading Xác minh/, ...fields, 'button Bỏ qua', 'button Cập nhật']);
  await oneHeading(page);
  await page.getByLabel('Số CCCD').fill('0520');
  await people.press(page, 'Cập nhật'); // with a mistake: it is told first
  inOrder(await told(page), [/^heading/, /^heading Đề nghị kiểm tra lại/, /^link .*: /, /^textbox/]);
});

test('the result, reached by keyboard alone', async () => {
  const who = site.crowd.find((one) => one.expect === 'link');
  const page = await people.open();
  await people.legacyLogin(page, who);
  await page.getByRole('button', { name: 'Đăng nhập bằng VNeID' }).first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site.issuer}/**`);
  await page.getByLabel('Số định danh cá nhân').focus();
  await page.keyboard.type(who.vneid_number);
  await page.keyboard.press('Tab');
  await page.keyboard.type(who.vneid_password);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site.url}/vneid/linked`);
  inOrder(await told(page), [skipLink, /^heading Liên kết tài khoản thành công/, 'heading Danh sách tài khoản liên kết', 'button Tiếp tục']);
  await oneHeading(page);
  await page.getByRole('button', { name: 'Tiếp tục' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site.url}/trang-chu`);
});

test('the weight of the main way: page, style and logo, and no more', async () => {
  const who = site.crowd.filter((one) => one.expect === 'link')[1];
  const page = await people.open();
  const came = [];
  page.on('response', (response) => { if (response.url().startsWith(`${site.url}/vneid/`)) came.push(response); });
  await people.legacyLogin(page, who);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await people.vneidLogin(page, who);
  await page.waitForURL(`${site.url}/vneid/linked`);
  const sizes = await Promise.all(came.map(async (one) => (await one.body().catch(() => '')).length));
  const bytes = sizes.reduce((all, size) => all + size, 0);
  const redirects = came.filter((one) => one.status() >= 300 && one.status() < 400).length;
  assert.ok(bytes < 60_000, `${bytes} bytes`);
  assert.ok(came.length - redirects <= 4, came.map((one) => one.url()).join(' '));
});
