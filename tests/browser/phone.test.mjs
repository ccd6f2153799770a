// On a phone: what matters is on the first screen, and nothing of it is far away (C4).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, stage } from './deployment.mjs';

const { site, people } = await stage();
const phone = { viewport: { width: 360, height: 740 }, javaScriptEnabled: false };

const box = (page, selector) => page.locator(selector).first().boundingBox();
const bottom = ({ y, height }) => y + height;

async function notice(options = phone) {
  const page = await people.open(options);
  await people.legacyLogin(page, site.scenarios.happy);
  await page.waitForURL(`${site.url}/vneid/notice`);
  return page;
}

for (const locale of ['vi-VN', 'en-GB']) {
  test(`the notice asks, and both ways are there, without scrolling: ${locale}`, async () => {
    const page = await notice({ ...phone, locale });
    const [vneid, skip] = ['vneid', 'skip'].map((choice) => `form:has([value=${choice}]) button`);
    for (const part of ['h1', '.asked', '.about bdi', vneid, skip]) {
      const place = await box(page, part);
      assert.ok(bottom(place) <= 740, `${part} ends at ${bottom(place)}`);
    }
    assert.ok(bottom(await box(page, vneid)) <= (await box(page, skip)).y, 'VNeID comes first');
    assert.ok(bottom(await box(page, skip)) <= (await box(page, '.letter')).y, 'the letter is below');
    assert.ok(await page.getByText(locale === 'vi-VN' ? /^Theo quy định tại/ : /^Under/).isVisible(), 'and open');
    const order = [];
    for (let i = 0; i < 5; i += 1) {
      await page.keyboard.press('Tab');
      order.push(await page.locator(':focus').textContent());
    }
    assert.match(order.join('|'), locale === 'vi-VN' ? /Đăng nhập bằng VNeID\s*\|\s*Bỏ qua/ : /Log in with VNeID\s*\|\s*Skip/);
  });
}

test('the letter can be folded on a phone, and neither on a wide screen nor on paper', async () => {
  const page = await notice();
  const text = page.getByText(/^Theo quy định tại/);
  await page.locator('.letter summary').click();
  assert.equal(await text.isVisible(), false);
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.equal(await text.isVisible(), true);
  assert.equal(await page.locator('.letter summary').isVisible(), false);
  const letter = await box(page, '.letter');
  const buttons = await box(page, '.notice .actions');
  assert.ok(bottom(letter) <= buttons.y, 'in the letter\'s order');
  assert.ok(bottom(buttons) <= 900);
  await page.setViewportSize(phone.viewport);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await text.isVisible(), true);
});

test('pages below the notice: short, and found again', async () => {
  const page = await people.open({ viewport: phone.viewport });
  await people.legacyLogin(page, site.scenarios.happy);
  await people.press(page, 'Bỏ qua');
  await page.waitForURL(`${site.url}/trang-chu`);
  await page.goto(`${site.url}/vneid/identity`);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(height < 2400, `the identity page is ${height} px`);
  const missing = page.locator('a[href^="#row-"]').first();
  assert.ok(bottom(await missing.boundingBox()) <= 740, 'what is missing is on the first screen');
  await missing.click();
  assert.match(page.url(), /#row-/);

  await page.goto(`${site.url}/vneid/vault`);
  const rows = page.locator('.records > li');
  const all = await rows.count();
  assert.ok(all > 1, 'there are papers');
  assert.equal(await page.locator('.records .inside').first().isVisible(), false, 'details on demand');
  await examine(page, '70-vault');
  await page.locator('.records summary').first().click();
  assert.equal(await page.locator('.records .inside').first().isVisible(), true);
  await page.getByLabel('Loại').selectOption('result');
  await people.press(page, 'Tìm');
  await page.waitForURL(/kind=result/);
  assert.ok(await rows.count() < all);
  await page.getByLabel('Tìm theo tên').fill('không có giấy tờ này');
  await people.press(page, 'Tìm');
  await page.getByText('Không tìm thấy giấy tờ nào phù hợp.').waitFor();
  await examine(page, '71-vault-nothing');
  await page.getByRole('link', { name: 'Xem tất cả giấy tờ' }).click();
  assert.equal(await rows.count(), all);
});

test('the guide needs no session, and goes on paper', async () => {
  const page = await people.open({ viewport: phone.viewport });
  await page.goto(`${site.url}/vneid/guide`);
  assert.match(await page.textContent('main'), /Bước 7: Đăng nhập tài khoản VNeID/);
  assert.equal(await page.locator('a[href="tel:19001234"]').textContent(), '1900 1234');
  await examine(page, '72-guide');
  const paper = await page.pdf({ format: 'A4' });
  const pages = paper.toString('latin1').match(/\/Type \/Page\b/g).length;
  assert.ok(pages <= 2, `${pages} pages`);
});

test('whoever has linked one of two accounts links the other from the list', async () => {
  const page = await people.open({ viewport: phone.viewport });
  const [one, other] = [site.scenarios.two_accounts_a, site.scenarios.two_accounts_b];
  await people.legacyLogin(page, one);
  await people.press(page, 'Đăng nhập bằng VNeID');
  await people.vneidLogin(page, one);
  await page.waitForURL(/\/vneid\/linked/);
  await page.goto(`${site.url}/vneid/links`);
  await examine(page, '73-links-another');
  await page.getByRole('link', { name: 'Liên kết thêm tài khoản' }).click();
  await people.vneidLogin(page, one);
  await page.waitForURL(/\/vneid\/login\/choose/);
  assert.equal(await page.getByRole('checkbox').count(), 1);
  await examine(page, '74-choice-another');
  await people.press(page, 'Không liên kết thêm');
  await page.waitForURL(/\/vneid\/links/);
  await page.getByRole('link', { name: 'Liên kết thêm tài khoản' }).click();
  await people.vneidLogin(page, other);
  await people.press(page, 'Liên kết và tiếp tục');
  await page.waitForURL(/\/vneid\/linked/);
  await page.goto(`${site.url}/vneid/links`);
  assert.equal(await page.locator('.links > li').count(), 2);
  assert.equal(await page.getByRole('link', { name: 'Liên kết thêm tài khoản' }).count(), 0);
});
