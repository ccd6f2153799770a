// Debian's Firefox over WebDriver BiDi, and a citizen in it who uses the keyboard alone: that needs no JavaScript either.
import { setTimeout } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

const deadline = 180_000; // of a start on a busy machine
const patience = 30_000; // of a page

export function launchFirefox({ script = true } = {}) {
  return puppeteer.launch({
    browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true, timeout: deadline, protocolTimeout: 60_000,
    extraPrefsFirefox: {
      'intl.accept_languages': 'vi', 'signon.rememberSignons': true, 'browser.formfill.enable': true,
      'datareporting.policy.dataSubmissionEnabled': false, ...(script ? {} : { 'javascript.enabled': false }),
    },
  });
}

export class Citizen {
  static async open(browser, site) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    return Object.assign(new Citizen(), { context, page, site });
  }

  close() {
    return this.context.close();
  }

  goto(path) {
    return this.page.goto(new URL(path, this.site.url).href);
  }

  get path() {
    return new URL(this.page.url()).pathname;
  }

  text() {
    return this.page.$eval('main', (main) => main.textContent);
  }

  async press(name) {
    const found = await this.page.evaluate((wanted) => {
      const all = [...document.querySelectorAll('button, a[href]')].filter((one) => one.getClientRects().length);
      const one = all.find((each) => (each.getAttribute('aria-label') ?? each.textContent).trim().replace(/\s+/g, ' ') === wanted);
      one?.focus();
      return !!one;
    }, name);
    if (!found) throw new Error(`no [${name}] on ${this.page.url()}`);
    await this.enter();
  }

  // The Enter key, where the focus is; back when another document stands there, whole.
  async enter() {
    const before = await this.page.evaluate(() => performance.timeOrigin);
    await this.page.keyboard.press('Enter');
    const until = Date.now() + patience;
    for (;;) {
      const [document, state, at] = await this.page.evaluate(() => [performance.timeOrigin, window.document.readyState, window.location.href]).catch(() => []);
      if (document && document !== before && state === 'complete' && at === this.page.url()) return;
      if (Date.now() > until) throw new Error(`nothing came after ${this.page.url()}`);
      await setTimeout(50);
    }
  }

  async type(field, text) {
    await this.page.evaluate((name) => {
      const input = document.querySelector(`[name="${name}"]`);
      input.focus();
      input.select();
    }, field);
    await this.page.keyboard.type(text);
  }

  async legacyLogin(who) {
    await this.goto('/dang-nhap');
    await this.type('username', who.username);
    await this.type('password', who.password);
    await this.enter();
  }

  async vneidLogin(who) {
    await this.type('so_dinh_danh', who.vneid_number);
    await this.type('mat_khau', who.vneid_password);
    await this.enter();
  }
}
