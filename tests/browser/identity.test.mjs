// The letter's steps 2 to 5, and the same folded into one login.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const update = 'Cập nhật từ CSDL Quốc gia về Dân cư';
const { site, people } = await stage();

async function typeIdentity(page, ask) {
  await page.getByLabel('Số CCCD').fill(ask.number);
  await page.getByLabel('Số CMT').fill(ask.cmnd);
  await page.getByLabel('Họ và tên').fill(ask.name);
  await page.getByLabel('Ngày sinh').fill(ask.birth);
}
const status = (page, field) => page.locator(`[data-field="${field}"]`).getAttribute('data-status');

test('steps 1 to 7 of the letter, the long way', async () => {
  const who = site.cases.self_entered;
  const page = await people.open();
  await people.legacyLogin(page, who); // step 1
  await people.press(page, 'Bỏ qua');
  await page.waitForURL(`${site.url}/trang-chu`);
  await page.goto(`${site.url}/vneid/identity`); // step 2
  await page.getByRole('heading', { name: 'Thông tin định danh' }).waitFor();
  assert.equal(await status(page, 'citizen_id'), 'self_entered');
  await examine(page, '20-identity-before');
  await page.getByRole('link', { name: update }).click(); // step 3
  await page.getByRole('heading', { level: 1 }).waitFor();
  await examine(page, '21-update');
  await typeIdentity(page, who.ask);
  await people.press(page, 'Cập nhật'); // step 4
  await page.waitForURL(/identity\?done=verified/);
  assert.equal(await status(page, 'citizen_id'), 'verified');
  assert.equal(await status(page, 'name'), 'verified');
  await examine(page, '22-identity-verified');

  const again = await people.open(); // step 5
  await people.legacyLogin(again, who);
  await again.getByRole('heading', { name: 'Thông báo' }).waitFor();
  await people.press(again, 'Đăng nhập bằng VNeID'); // step 6
  await again.waitForURL(`${site.issuer}/**`);
  await people.vneidLogin(again, who); // step 7
  await again.waitForURL(`${site.url}/vneid/linked`);
  await people.press(again, 'Tiếp tục');
  await again.waitForURL(`${site.url}/trang-chu`);

  await again.goto(`${site.url}/vneid/identity`); // the final check
  const text = await again.textContent('main');
  assert.match(text, /Danh sách tài khoản liên kết/);
  assert.match(text, new RegExp(who.vneid_number));
  assert.match(text, /Tài khoản định danh điện tử cấp bởi Bộ Công an/);
  assert.match(text, /\d\d\/\d\d\/\d{4}/);
  await examine(again, '23-identity-linked');
});

test('what the citizen did not type is green and stays hidden', async () => {
  const who = site.cases.cmnd_only;
  const page = await people.open();
  await people.legacyLogin(page, who);
  await people.press(page, 'Bỏ qua');
  await page.waitForURL(`${site.url}/trang-chu`);
  await page.goto(`${site.url}/vneid/identity/update`);
  await typeIdentity(page, who.ask);
  await people.press(page, 'Cập nhật');
  await page.waitForURL(/identity\?done=verified/);
  assert.equal(await status(page, 'citizen_id'), 'verified');
  const hidden = 'Đã có; hiển thị khi đăng nhập bằng VNeID';
  assert.match(await page.locator('[data-field="citizen_id"]').textContent(), new RegExp(hidden));
  await examine(page, '30-identity-hidden');
  await page.goto(`${site.url}/vneid/identity/update`);
  assert.equal(await page.getByLabel('Số CCCD').inputValue(), '');
  assert.match(await page.textContent('main'), new RegExp(hidden));
  await examine(page, '31-update-hidden');
  await page.goto(`${site.url}/vneid/identity/edit`);
  assert.doesNotMatch(await page.content(), new RegExp(who.number));
  await examine(page, '32-edit-hidden');
});

test('the folded way: one login, without JavaScript, by keyboard', async () => {
  const who = site.cases.no_number;
  const truth = { number: who.number, cmnd: '', name: who.name, birth: who.birth };
  const page = await people.open({ javaScriptEnabled: false });
  await people.legacyLogin(page, who);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await page.waitForURL(`${site.url}/vneid/verify`);
  await typeIdentity(page, { ...truth, number: '0520' });
  await people.press(page, 'Cập nhật');
  const number = page.getByLabel('Số CCCD');
  assert.equal(await number.inputValue(), '0520');
  assert.equal(await number.getAttribute('aria-invalid'), 'true');
  assert.match(await page.textContent('main'), /12 chữ số/);
  await typeIdentity(page, truth);
  await page.getByLabel('Ngày sinh').press('Enter'); // must update, not skip
  await page.waitForURL(`${site.issuer}/**`);
  await people.vneidLogin(page, who);
  await page.waitForURL(`${site.url}/vneid/linked`);
  assert.match(await page.textContent('main'), /Liên kết tài khoản thành công/);
});

test('the folded form as people see it, with what can go wrong', async () => {
  const who = site.cases.stranger;
  const page = await people.open();
  await people.legacyLogin(page, who);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await page.waitForURL(`${site.url}/vneid/verify`);
  await examine(page, '24-folded');
  await people.press(page, 'Cập nhật');
  await examine(page, '25-folded-mistyped');
  await typeIdentity(page, who.ask);
  await people.press(page, 'Cập nhật');
  assert.match(await page.textContent('main'), /Không tìm thấy dữ liệu phù hợp/);
  await examine(page, '26-folded-nobody');
  await site.control({ population: { fault: 'html' } });
  await page.getByLabel('Họ và tên').fill('Một Người Khác');
  await people.press(page, 'Cập nhật');
  assert.match(await page.textContent('main'), /thông tin hiện có được giữ nguyên/);
  await examine(page, '27-folded-away');
  await site.control({ population: { reset: true } });
  await people.press(page, 'Bỏ qua');
  await page.waitForURL(`${site.url}/trang-chu`);
});

test('editing, and a contradiction that an officer must look at', async () => {
  const who = site.cases.name_changed;
  const page = await people.open();
  await people.legacyLogin(page, who);
  await people.press(page, 'Bỏ qua');
  await page.goto(`${site.url}/vneid/identity/edit`);
  await examine(page, '28-edit');
  await page.getByLabel('Số điện thoại').fill('0905 123 456');
  await people.press(page, 'Lưu');
  await page.waitForURL(/identity\?done=edited/);
  assert.equal(await status(page, 'phone'), 'self_entered');
  await site.control({ population: { changed: who.change } });
  await page.getByRole('link', { name: update }).click();
  await people.press(page, 'Cập nhật');
  await page.waitForURL(/identity\?done=review/);
  assert.match(await page.textContent('main'), /Mã yêu cầu:?\s*[0-9A-Z]{4}-[0-9A-Z]{4}/);
  await examine(page, '29-identity-review');
  await site.control({ population: { reset: true } });
});
