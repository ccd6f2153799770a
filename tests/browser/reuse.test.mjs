// "Chọn từ Kho dữ liệu": the portal's form takes a paper out of the citizen's vault, without JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const { site, people } = await stage();
const form = `${site.url}/nop-ho-so`;

async function linked(options) {
  const who = site.crowd.filter((c) => c.expect === 'link').at(linked.taken--);
  const page = await people.open(options);
  await people.legacyLogin(page, who);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await people.vneidLogin(page, who);
  await page.waitForURL(`${site.url}/vneid/linked`);
  await people.press(page, 'Tiếp tục');
  await page.waitForURL(`${site.url}/trang-chu`);
  return { page, who };
}
linked.taken = -1;

test('a paper of the vault is filed with a dossier', async () => {
  const { page } = await linked({ javaScriptEnabled: false });
  await page.getByRole('link', { name: 'Nộp hồ sơ trực tuyến' }).click();
  await page.waitForURL(form);
  await page.getByRole('group', { name: /chọn từ Kho dữ liệu/ }).waitFor();
  const birth = page.getByLabel(/Giấy khai sinh/);
  assert.equal(await page.getByLabel(/Phiếu lý lịch tư pháp/).count(), 0, 'what is over is not offered');
  await birth.check();
  await people.press(page, 'Nộp hồ sơ');
  await page.getByRole('heading', { name: /Đã nộp hồ sơ H99-2026-\d{6}/ }).waitFor();
  const text = await page.textContent('main');
  assert.match(text, /Giấy khai sinh/);
  assert.match(text, /[0-9a-f]{64}/);

  await page.goto(`${site.url}/vneid/vault`);
  const paper = page.locator('.records > li').filter({ hasText: 'Giấy khai sinh' }).first();
  assert.match(await paper.textContent(), /1 lượt/, 'the citizen sees that it was used');
});

test('the form and what it leads to, looked at', async () => {
  const { page } = await linked();
  await page.goto(form);
  await examine(page, '50-filing');
  await people.press(page, 'Nộp hồ sơ');
  await page.getByRole('alert').waitFor();
  await examine(page, '51-nothing-chosen');
  await page.getByRole('radio').first().check();
  await people.press(page, 'Nộp hồ sơ');
  await page.getByRole('heading', { name: /Đã nộp hồ sơ/ }).waitFor();
  await examine(page, '52-filed');
});

test('who came by password is asked for VNeID', async () => {
  const who = site.crowd.filter((c) => c.expect === 'link').at(linked.taken--);
  const page = await people.open();
  await people.legacyLogin(page, who);
  await people.press(page, 'Bỏ qua');
  await page.waitForURL(`${site.url}/trang-chu`);
  await page.goto(form);
  await page.getByRole('heading', { name: 'Liên kết tài khoản với VNeID' }).waitFor();
  await people.press(page, 'Liên kết với VNeID');
  await page.waitForURL(`${site.issuer}/**`);
});
