// What a citizen does in a browser, for the tests of several ways.
export function citizens(site, browser) {
  return {
    async open(options = {}) {
      const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(15000);
      return page;
    },
    async legacyLogin(page, who) {
      await page.goto(`${site.url}/dang-nhap`);
      await page.fill('input[name=username]', who.username);
      await page.fill('input[name=password]', who.password);
      await page.click('main button[type=submit]');
    },
    async vneidLogin(page, who) {
      await page.getByLabel('Số định danh cá nhân').fill(who.vneid_number);
      await page.getByLabel('Mật khẩu').fill(who.vneid_password);
      await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
    },
    press: (page, name) => page.getByRole('button', { name }).click(),
  };
}
