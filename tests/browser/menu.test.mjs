// The portal's own menu leads to identity, links and vault and back; the banner of who has skipped. No JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const { site, people } = await stage();
const home = `${site.url}/trang-chu`;
const someone = () => site.crowd.filter((c) => c.expect === 'link').at(someone.taken--);
someone.taken = -1;
const menu = (page) => page.locator('details.who');
const banner = (page) => page.getByText('Tài khoản của Ông/Bà chưa liên kết với VNeID.');

async function skipped(options) {
  const who = someone();
  const page = await people.open({ javaScriptEnabled: false, ...options });
  await people.legacyLogin(page, who);
  await people.press(page, 'Bỏ qua');
  await page.waitForURL(home);
  return { page, who };
}

test("from the portal's menu to each page of ours and back", async () => {
  const { page } = await skipped();
  for (const [text, path] of [['Thông tin tài khoản', 'identity'], ['Liên kết tài khoản', 'links'], ['Tài liệu điện tử', 'vault']]) {
    await menu(page).locator('summary').click();
    await menu(page).getByRole('link', { name: text }).click();
    await page.waitForURL(`${site.url}/vneid/${path}`);
    await page.getByRole('link', { name: 'Về trang chủ' }).click();
    await page.waitForURL(`${site.url}/`);
  }
  await page.goto(home);
  const utilities = page.locator('main .vneid-menu');
  assert.deepEqual((await utilities.getByRole('link').allTextContents()),
    ['Thông tin tài khoản', 'Liên kết tài khoản', 'Tài liệu điện tử', 'Liên kết với VNeID']);
});

test('who has skipped reaches VNeID from the page that is open', async () => {
  const { page } = await skipped();
  await page.goto(`${site.url}/ho-so`);
  await menu(page).locator('summary').click();
  await menu(page).getByRole('link', { name: 'Liên kết với VNeID' }).click();
  await page.waitForURL((url) => url.href.startsWith(site.issuer) || url.pathname === '/vneid/link');
});

test('the banner reminds, and stays away when it is put off', async () => {
  const { page, who } = await skipped();
  await banner(page).waitFor();
  await page.goto(`${site.url}/ho-so`);
  await people.press(page, 'Để sau');
  await page.waitForURL(`${site.url}/ho-so`);
  assert.equal(await banner(page).count(), 0);
  const [cookie] = (await page.context().cookies(site.url)).filter(({ name }) => name === '__Host-vneid-later');
  assert.ok(cookie.httpOnly && cookie.secure && cookie.value.length === 43);
  assert.ok(!cookie.value.includes(who.username));
  await page.goto(home);
  assert.equal(await banner(page).count(), 0);
});

test('a stranger finds VNeID at the head of the page', async () => {
  const page = await people.open({ javaScriptEnabled: false });
  await page.goto(`${site.url}/`);
  await page.getByRole('link', { name: 'Đăng nhập bằng VNeID' }).click();
  await page.waitForURL(`${site.issuer}/**`);
});

test('looked at', async () => {
  const { page } = await skipped({ javaScriptEnabled: true });
  await examine(page, '60-menu-of-who-skipped');
  await menu(page).locator('summary').click();
  await examine(page, '61-menu-open');
  const stranger = await people.open();
  await stranger.goto(`${site.url}/`);
  await examine(stranger, '62-menu-of-a-stranger');
  const english = await people.open({ locale: 'en-GB' });
  await english.goto(`${site.url}/vneid/api/v1/menu?format=html`);
  assert.match(await english.content(), /Log in with VNeID/);
});
