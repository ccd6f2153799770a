// The letter's steps as a citizen sees them, in a real browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const { site, people } = await stage();
const { open: citizen, legacyLogin, vneidLogin, press } = people;

test('steps 1, 5, 6, 7 and the final check, by password', async () => {
  const who = site.scenarios.happy;
  const page = await citizen();
  await legacyLogin(page, who); // step 1
  await page.getByRole('heading', { name: 'Thông báo' }).waitFor();
  await examine(page, '1-notice');
  await press(page, 'Bỏ qua');
  await page.waitForURL(`${site.url}/trang-chu`);
  assert.match(await page.textContent('body'), /8/);

  const again = await citizen(); // step 5: signed out, in again
  await legacyLogin(again, who);
  await press(again, 'Đăng nhập bằng VNeID'); // step 6
  await again.waitForURL(`${site.issuer}/**`);
  await vneidLogin(again, who); // step 7
  await again.waitForURL(`${site.url}/vneid/linked`);
  assert.match(await again.textContent('main'), /Liên kết tài khoản thành công/);
  assert.match(await again.textContent('main'), new RegExp(who.vneid_number));
  await examine(again, '2-linked');
  await press(again, 'Tiếp tục');
  await again.waitForURL(`${site.url}/trang-chu`);

  await again.goto(`${site.url}/vneid/links`); // the final check
  assert.match(await again.textContent('main'), /Danh sách tài khoản liên kết/);
  assert.match(await again.textContent('main'), /Tài khoản định danh điện tử cấp bởi Bộ Công an/);
  await examine(again, '3-links');
  await again.goto(`${site.url}/vneid/vault`);
  await examine(again, '4-vault');
});

test('by QR, with the phone in another browser', async () => {
  const who = site.scenarios.happy2;
  const page = await citizen();
  await legacyLogin(page, who);
  await press(page, 'Đăng nhập bằng VNeID');
  await page.waitForURL(`${site.issuer}/**`);
  const address = await page.locator('a[href*="/app/"]').first().getAttribute('href');
  const phone = await citizen({ viewport: { width: 390, height: 844 } });
  await phone.goto(new URL(address, site.issuer).href);
  const number = phone.getByLabel('Số định danh cá nhân');
  if (await number.count()) await number.fill(who.vneid_number);
  await press(phone, 'Xác nhận');
  await page.waitForURL(`${site.url}/vneid/linked`);
  assert.match(await page.textContent('main'), /Liên kết tài khoản thành công/);
});

test('no step needs JavaScript', async () => {
  const who = site.crowd.find((c) => c.expect === 'link');
  const page = await citizen({ javaScriptEnabled: false });
  await legacyLogin(page, who);
  await press(page, 'Đăng nhập bằng VNeID');
  await vneidLogin(page, who);
  await page.waitForURL(`${site.url}/vneid/linked`);
  await press(page, 'Tiếp tục');
  await page.waitForURL(`${site.url}/trang-chu`);
});

test('the notice works by keyboard alone', async () => {
  const page = await citizen();
  await legacyLogin(page, site.crowd.filter((c) => c.expect === 'link')[1]);
  const focused = [];
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press('Tab');
    focused.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
  }
  assert.ok(focused.some((text) => text.includes('Bỏ qua')), focused.join(' | '));
  assert.ok(focused.some((text) => text.includes('Đăng nhập bằng VNeID')), focused.join(' | '));
  await page.getByRole('button', { name: 'Bỏ qua' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site.url}/trang-chu`);
});

for (const [name, words] of [
  ['level1', /chưa đạt mức độ 2/],
  ['mismatch_name', /chuyển cán bộ kiểm tra/],
  ['other_number', /không trùng khớp/],
]) {
  test(`what a citizen sees: ${name}`, async () => {
    const who = site.scenarios[name];
    const page = await citizen();
    await legacyLogin(page, who);
    await press(page, 'Đăng nhập bằng VNeID');
    await vneidLogin(page, who);
    await page.waitForURL(`${site.url}/vneid/callback/**`);
    assert.match(await page.textContent('main'), words);
    await examine(page, `5-${name}`);
    await press(page, 'Bỏ qua');
    await page.waitForURL(`${site.url}/trang-chu`);
  });
}

test('cancelling at VNeID leads back with both ways open', async () => {
  const page = await citizen();
  await legacyLogin(page, site.scenarios.level1);
  await press(page, 'Đăng nhập bằng VNeID');
  await page.getByRole('button', { name: /H(uỷ|ủy)/ }).click();
  await page.waitForURL(`${site.url}/vneid/callback/**`);
  assert.match(await page.textContent('main'), /đã hủy đăng nhập VNeID/);
  await examine(page, '6-cancelled');
  await press(page, 'Đăng nhập lại bằng VNeID');
  await page.waitForURL(`${site.issuer}/**`);
});

test('an expired flow says so and leads to a new login', async () => {
  const page = await citizen();
  await page.goto(`${site.url}/vneid/callback/bca?code=x&state=${'A'.repeat(43)}`);
  assert.match(await page.textContent('main'), /Phiên làm việc đã hết hạn/);
  await examine(page, '7-expired');
  await page.goto(`${site.url}/vneid/vault`);
  await examine(page, '8-sign-in');
});

test('the back button after the link ends on the right page', async () => {
  const who = site.crowd.filter((c) => c.expect === 'link')[2];
  const page = await citizen();
  await legacyLogin(page, who);
  await press(page, 'Đăng nhập bằng VNeID');
  await vneidLogin(page, who);
  await page.waitForURL(`${site.url}/vneid/linked`);
  await press(page, 'Tiếp tục');
  await page.waitForURL(`${site.url}/trang-chu`);
  await page.goBack();
  assert.match(await page.textContent('main'), /Liên kết tài khoản thành công/);
});
