// Signing out as a citizen at a shared desk PC does it, and what the next person finds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const { site, people } = await stage();

async function signIn(who) {
  const page = await people.open();
  await people.legacyLogin(page, who);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await page.waitForURL(`${site.issuer}/**`);
  await people.vneidLogin(page, who);
  await page.waitForURL(`${site.url}/vneid/linked`);
  await people.press(page, 'Tiếp tục');
  await page.waitForURL(`${site.url}/trang-chu`);
  return page;
}

async function nothingIsLeft(page, who) {
  const cookies = await page.context().cookies(site.url);
  assert.deepEqual(cookies.filter(({ name }) => name.startsWith('__Host-vneid-')), []);
  for (const path of ['vault', 'links', 'identity', 'linked']) {
    const answer = await page.goto(`${site.url}/vneid/${path}`);
    assert.equal(answer.status(), 401);
    assert.doesNotMatch(await page.content(), new RegExp(who.vneid_number));
  }
  const told = await page.request.get(`${site.issuer}/control/sessions?number=${who.vneid_number}`);
  assert.equal((await told.json()).alive, 0);
}

test('the button on our pages; back shows nothing of the session', async () => {
  const who = site.scenarios.happy;
  const page = await signIn(who);
  await page.goto(`${site.url}/vneid/identity`);
  await page.goto(`${site.url}/vneid/links`);
  assert.match(await page.textContent('main'), new RegExp(who.vneid_number));
  await people.press(page, 'Đăng xuất');
  await page.waitForURL(`${site.url}/vneid/signed-out**`);
  assert.match(await page.textContent('main'), /đề nghị đóng trình duyệt/);
  await examine(page, 'logout-1-signed-out');
  for (let back = 0; back < 3; back += 1) {
    await page.goBack();
    if (!page.url().startsWith(`${site.url}/vneid/`)) continue;
    assert.doesNotMatch(await page.content(), new RegExp(who.vneid_number), page.url());
  }
  await nothingIsLeft(page, who);
});

test("the portal's own sign-out", async () => {
  const who = site.scenarios.happy2;
  const page = await signIn(who);
  await page.locator('details.who summary').click();
  await people.press(page, 'Đăng xuất');
  await page.waitForURL(`${site.url}/`);
  await nothingIsLeft(page, who);
  await page.goto(`${site.url}/trang-chu`);
  assert.match(page.url(), /dang-nhap/);
});

test('the address of the sign-out only asks', async () => {
  const who = site.scenarios.happy3;
  const page = await signIn(who);
  await page.goto(`${site.url}/vneid/logout`);
  await examine(page, 'logout-2-confirm');
  await page.goto(`${site.url}/vneid/links`);
  assert.match(await page.textContent('main'), new RegExp(who.vneid_number));
  await page.goto(`${site.url}/vneid/logout`);
  await people.press(page, 'Đăng xuất');
  await page.waitForURL(`${site.url}/vneid/signed-out**`);
  await nothingIsLeft(page, who);
});

test('the page that tells to close the browser', async () => {
  const page = await people.open();
  await page.goto(`${site.url}/vneid/signed-out?because=provider`);
  assert.match(await page.textContent('main'), /phải đóng tất cả cửa sổ trình duyệt/);
  await examine(page, 'logout-3-close-the-browser');
});
