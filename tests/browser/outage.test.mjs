// Redis and PostgreSQL go away and come back under people who are in the middle of something.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const { site, people } = await stage();

test('a login before, during and after an outage of both stores', async () => {
  const who = site.cases.self_entered;
  const page = await people.open();
  await people.legacyLogin(page, who);
  await page.getByRole('heading', { name: 'Thông báo' }).waitFor();
  await people.press(page, 'Bỏ qua');
  await page.goto(`${site.url}/vneid/identity/update`);
  await page.getByLabel('Họ và tên').fill('Tên Đang Nhập');

  await site.control({ stores: 'stop' });
  await people.press(page, 'Cập nhật'); // a form in the middle: what was typed stays
  assert.match(await page.textContent('main'), /gián đoạn/);
  assert.equal(await page.getByLabel('Họ và tên').inputValue(), 'Tên Đang Nhập');
  await examine(page, '40-stores-away');
  const other = await people.open();
  await people.legacyLogin(other, site.scenarios.happy); // before the cut-over nobody is locked out
  await other.waitForURL(`${site.url}/trang-chu`);

  await site.control({ stores: 'start' }); // no reload of nginx
  await page.getByLabel('Họ và tên').fill(who.ask.name);
  const deadline = Date.now() + 20000;
  for (;;) {
    await page.goto(`${site.url}/dang-nhap`);
    await people.legacyLogin(page, who);
    if (await page.getByRole('heading', { name: 'Thông báo' }).count()) break;
    assert.ok(Date.now() < deadline, 'the stores are asked again');
  }
  await people.press(page, 'Đăng nhập bằng VNeID');
  await page.waitForURL(`${site.url}/vneid/verify`);
});
