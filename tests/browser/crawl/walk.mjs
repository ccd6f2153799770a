// One browser's walk: it opens, follows, presses, and notes what no page may do.
import { placeOf, read } from './page.mjs';

// What is asked for → the field's name: labels are in the citizen's language.
const typing = { number: 'number', cmnd: 'cmnd', name: 'name', birth: 'birth_date' };

export class Walk {
  constructor(site, page, who) {
    Object.assign(this, { site, page, who, status: 0, noticed: [] });
    const known = [site.url, site.issuer].map((address) => new URL(address).origin);
    page.on('response', (response) => {
      if (response.url().includes('/vneid/callback/')) this.callback = response.url();
      if (isDocument(response.request(), page)) this.status = response.status();
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (/^https?:$/.test(protocol) && !known.includes(origin)) this.noticed.push({ page: page.url(), what: `foreign request ${origin}` });
    });
    page.on('console', (message) => {
      const from = message.location().url || page.url();
      const ofDocument = /Failed to load resource/.test(message.text()) && from === page.url();
      if (message.type() === 'error' && !ofDocument && isOurs(page.url(), site)) {
        this.noticed.push({ page: page.url(), what: `console: ${message.text().slice(0, 200)} (${new URL(from).pathname})` });
      }
    });
    page.on('pageerror', (error) => this.noticed.push({ page: page.url(), what: `script: ${error.message.slice(0, 200)}` }));
  }

  static async begin(site, browser, who, options) {
    const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15000);
    return new Walk(site, page, who);
  }

  end() {
    return this.page.context().close();
  }

  async open(path) {
    await this.page.goto(new URL(path, this.site.url).href, { waitUntil: 'load' });
  }

  // Does what makes the browser go elsewhere, and is back when it is there.
  async go(act) {
    const landed = this.page.waitForResponse((response) => isDocument(response.request(), this.page)
      && !(response.status() >= 300 && response.status() < 400));
    await Promise.all([landed, act()]);
    await this.page.waitForLoadState('load');
  }

  // By what the form sends and not by its words, which are in the citizen's language.
  press(value) {
    const sends = `[value=${JSON.stringify(value)}]`;
    return this.go(() => this.page.locator(`button${sends}:visible, form:has(input[type=hidden]${sends}) button:visible`).first().click());
  }

  async legacyLogin(who = this.who, next = '') {
    await this.open(`/dang-nhap${next && `?next=${encodeURIComponent(next)}`}`);
    await this.page.fill('input[name=username]', who.username);
    await this.page.fill('input[name=password]', who.password);
    await this.go(() => this.page.click('main button[type=submit]'));
  }

  async vneidLogin(who = this.who) {
    await this.page.getByLabel('Số định danh cá nhân').fill(who.vneid_number);
    await this.page.getByLabel('Mật khẩu').fill(who.vneid_password);
    await this.go(() => this.page.getByRole('button', { name: 'Đăng nhập', exact: true }).click());
  }

  // A way that read() found, found again by its words.
  async take(way) {
    if (way.kind === 'link') return this.follow(way);
    if (way.kind === 'vneid') return this.vneidLogin();
    await this.page.evaluate(() => document.querySelectorAll('details').forEach((folded) => { folded.open = true; }));
    if (way.fill) await this.fill();
    const same = this.page.locator('form button:visible').and(this.page.getByRole('button', { name: way.text, exact: true }));
    const value = way.value ? this.page.locator(`button[value=${JSON.stringify(way.value)}]`) : this.page.locator('button');
    return this.go(() => same.and(value).first().click());
  }

  async follow(way) {
    const path = new URL(way.href).pathname;
    const now = await this.page.evaluate(([text, wanted]) => [...document.querySelectorAll('a[href]')].find((a) => a.pathname === wanted
      && (a.getAttribute('aria-label') ?? a.textContent).trim().replace(/\s+/g, ' ') === text)?.href, [way.text, path]);
    await this.page.goto(now ?? way.href, { waitUntil: 'load', referer: this.page.url() });
  }

  // Truth into the forms of ours that ask for it, a word into a search.
  async fill() {
    for (const [what, name] of Object.entries(typing)) {
      const field = this.page.locator(`main input[name=${name}]`);
      if (await field.count() && await field.first().isEditable()) await field.first().fill(this.who.ask?.[what] ?? '');
    }
    const search = this.page.locator('input[type=search]');
    if (await search.count()) await search.first().fill('giấy');
  }

  read() {
    return read(this.page, this.status, this.site);
  }
}

const isDocument = (request, page) => request.isNavigationRequest() && request.frame() === page.mainFrame();
const isOurs = (address, site) => placeOf(new URL(address), site).kind === 'ours';
