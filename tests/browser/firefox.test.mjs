// The main way in Firefox, and what it leaves behind on a PC that others use as well.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stageWith } from './deployment.mjs';
import { Citizen, launchFirefox } from './firefox.mjs';

const { site, browser } = await stageWith(launchFirefox);
const crowd = site.crowd.filter((one) => one.expect === 'link');

async function link(citizen, who) {
  await citizen.legacyLogin(who);
  assert.equal(citizen.path, '/vneid/notice');
  await citizen.press('Đăng nhập bằng VNeID');
  assert.ok(citizen.page.url().startsWith(site.issuer));
  await citizen.vneidLogin(who);
  assert.equal(citizen.path, '/vneid/linked');
  assert.match(await citizen.text(), /Liên kết tài khoản thành công/);
}

test('password, notice, VNeID, linked, portal; the back button ends on the right page', async () => {
  const citizen = await Citizen.open(browser, site);
  await link(citizen, crowd[0]);
  await citizen.press('Tiếp tục');
  assert.equal(citizen.path, '/trang-chu');
  await citizen.page.goBack();
  assert.match(await citizen.text(), /Liên kết tài khoản thành công/);
  await citizen.goto('/vneid/links');
  assert.match(await citizen.text(), new RegExp(crowd[0].vneid_number));
  await citizen.close();
});

test('[Bỏ qua] lets in', async () => {
  const citizen = await Citizen.open(browser, site);
  await citizen.legacyLogin(site.scenarios.happy);
  await citizen.press('Bỏ qua');
  assert.equal(citizen.path, '/trang-chu');
  await citizen.close();
});

test('no step needs JavaScript', async () => {
  const plain = await launchFirefox({ script: false });
  try {
    const citizen = await Citizen.open(plain, site);
    await link(citizen, crowd[1]);
    await citizen.press('Tiếp tục');
    assert.equal(citizen.path, '/trang-chu');
  } finally {
    await plain.close();
  }
});

test('after the sign-out the back button shows no page of the person before', async () => {
  const who = crowd[2];
  const citizen = await Citizen.open(browser, site);
  await link(citizen, who);
  await citizen.press('Tiếp tục');
  for (const path of ['identity', 'vault', 'links']) await citizen.goto(`/vneid/${path}`);
  assert.match(await citizen.text(), new RegExp(who.vneid_number));
  await citizen.press('Đăng xuất');
  assert.equal(citizen.path, '/vneid/signed-out');
  const personal = new RegExp(`${who.vneid_number}|${who.username}`);
  let backs = 0;
  for (; backs < 8 && citizen.page.url().startsWith(site.url); backs += 1) {
    if (citizen.path.startsWith('/vneid/')) assert.doesNotMatch(await citizen.page.content(), personal, citizen.page.url());
    await citizen.page.goBack();
  }
  assert.ok(backs > 3);
  await citizen.close();
});

test('no form of ours is filled in by the browser, nor kept for who goes back', async () => {
  const citizen = await Citizen.open(browser, site);
  await citizen.legacyLogin(site.scenarios.happy);
  await citizen.press('Bỏ qua');
  await citizen.goto('/vneid/identity/edit');
  const before = await citizen.page.$eval('[name=email]', (input) => input.value);
  await citizen.type('email', 'cua-nguoi-truoc@example.com');
  await citizen.goto('/');
  await citizen.page.goBack();
  assert.equal(citizen.path, '/vneid/identity/edit');
  assert.equal(await citizen.page.$eval('[name=email]', (input) => input.value), before);
  const filled = await citizen.page.$$eval('form', (forms) => forms.filter((form) => form.getAttribute('autocomplete') !== 'off').length);
  assert.equal(filled, 0);
  await citizen.close();
});
