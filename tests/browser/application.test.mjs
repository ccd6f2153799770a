// An application of one page logs in by fetch() (P6): it is told, the citizen chooses, the application gets its answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const { site, people } = await stage();

async function logIn(page, who, password = who.password) {
  await page.goto(`${site.url}/ung-dung`);
  await page.getByLabel('Tên đăng nhập').fill(who.username);
  await page.getByLabel('Mật khẩu').fill(password);
  await people.press(page, 'Đăng nhập');
}

test('a wrong password stays the application\'s own affair', async () => {
  const page = await people.open();
  await logIn(page, site.scenarios.happy, 'wrong');
  await page.getByRole('alert').getByText('mật khẩu không đúng').waitFor();
  assert.equal(page.url(), `${site.url}/ung-dung`);
});

test('[Bỏ qua] leads back into the application, which gets its answer once', async () => {
  const page = await people.open();
  await logIn(page, site.scenarios.happy);
  await page.waitForURL(`${site.url}/vneid/notice`);
  await examine(page, '60-application-notice');
  await people.press(page, 'Bỏ qua');
  await page.getByRole('heading', { name: `Xin chào ${site.scenarios.happy.name}` }).waitFor();
  assert.equal(page.url(), `${site.url}/ung-dung`);
  await examine(page, '61-application');
  await page.reload(); // a token that is kept in memory goes with the page, and the answer came once
  await page.getByLabel('Tên đăng nhập').waitFor();
});

test('the link leads back into the application too', async () => {
  const who = site.scenarios.happy;
  const page = await people.open();
  await logIn(page, who);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await people.vneidLogin(page, who);
  await page.getByRole('heading', { name: 'Liên kết tài khoản thành công' }).waitFor();
  await people.press(page, 'Tiếp tục');
  await page.getByRole('heading', { name: `Xin chào ${who.name}` }).waitFor();
  assert.equal(page.url(), `${site.url}/ung-dung`);
});

test('leaving the notice and coming back leaves the login where it was', async () => {
  const page = await people.open();
  await logIn(page, site.scenarios.mismatch_name);
  await page.waitForURL(`${site.url}/vneid/notice`);
  await page.goto(`${site.url}/ung-dung`);
  await page.getByLabel('Tên đăng nhập').waitFor();
  await page.goto(`${site.url}/vneid/notice`);
  await people.press(page, 'Bỏ qua');
  await page.getByRole('heading', { name: /^Xin chào/ }).waitFor();
});
