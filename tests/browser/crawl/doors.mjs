// The doors by which a citizen comes, and the walk from there to where he wanted to go.
import { waysOn } from './page.mjs';

const gate = '/nop-ho-so';
const asked = /^(Đăng nhập bằng VNeID|Liên kết với VNeID|Đăng nhập lại bằng VNeID|Đăng nhập lại)$/;
const onwards = /^(Tiếp tục|Liên kết và tiếp tục|Sử dụng tài khoản này|Cập nhật|Gửi lại)$/;

// Whose number is on file goes from the notice straight to VNeID.
const atTheProvider = ['link', 'level 1', 'another name', 'another number', 'another birth date', 'cancelled'];

const skip = async (walk, path) => {
  await walk.legacyLogin();
  if (walk.page.url().includes('/vneid/notice')) await walk.press('skip');
  await walk.open(path);
};
const post = async (walk) => {
  await walk.page.setContent(`<form method="post" action="${walk.site.url}${gate}"><button>Gửi</button></form>`);
  await walk.go(() => walk.page.click('button'));
};
const linkAndContinue = async (walk) => {
  await walk.legacyLogin();
  await forward(walk);
};

/** Name → where he wants to go and how he comes; a page that `offers` to link; `script`: it is one; `skips`: comes by [Bỏ qua]; `only` for these outcomes. */
export const doors = {
  'login form': { wants: '/trang-chu', come: (walk) => walk.legacyLogin() },
  'login by a script': { wants: '/ung-dung', script: true, come: async (walk) => {
    await walk.open('/ung-dung');
    await walk.page.getByLabel('Tên đăng nhập').fill(walk.who.username);
    await walk.page.getByLabel('Mật khẩu').fill(walk.who.password);
    await walk.page.getByRole('button', { name: 'Đăng nhập' }).click();
    await walk.page.waitForFunction(() => location.pathname !== '/ung-dung' || document.querySelector('h1')?.textContent.startsWith('Xin chào'));
    await walk.page.waitForLoadState('load');
  } },
  'VNeID link of the portal': { wants: '/ho-so', come: (walk) => walk.open('/vneid/login?return=/ho-so') },
  'gate, nobody logged in': { wants: gate, come: (walk) => walk.open(gate) },
  'gate, password only': { skips: true, wants: gate, come: (walk) => skip(walk, gate) },
  'form sent to a gate': { wants: gate, come: async (walk) => { await walk.open('/'); await post(walk); } },
  'links page': { skips: true, offers: true, wants: '/vneid/links', come: (walk) => skip(walk, '/vneid/links') },
  'identity page': { skips: true, offers: true, wants: '/vneid/identity', come: (walk) => skip(walk, '/vneid/identity') },
  'after the update': { skips: true, offers: true, wants: '/vneid/identity', only: ['number typed'], come: async (walk) => {
    await skip(walk, '/vneid/identity/update');
    await walk.fill();
    await walk.press('update');
  } },
  'vault page': { skips: true, offers: true, wants: '/vneid/vault', come: (walk) => skip(walk, '/vneid/vault') },
  'back button after the link': { wants: '/vneid/linked', only: ['link'], come: async (walk) => {
    await linkAndContinue(walk);
    await walk.page.goBack();
  } },
  'second tab': { wants: '/trang-chu', only: atTheProvider, come: async (walk) => {
    await walk.legacyLogin();
    const other = await walk.page.context().newPage();
    await other.goto(walk.page.url());
    await other.getByRole('button', { name: 'Đăng nhập bằng VNeID' }).first().click();
    await other.waitForURL(`${walk.site.issuer}/**`);
  } },
  'bookmark of the callback': { wants: '/vneid/linked', only: ['link'], come: async (walk) => {
    await linkAndContinue(walk);
    await walk.open(walk.callback);
  } },
};

/** From where he stands through VNeID once, taking what leads on; gives the pages he came by and whether VNeID was one. */
export async function forward(walk, cancels = false) {
  const way = [];
  let asks = 1;
  for (let steps = 0; steps < 10; steps += 1) {
    const page = await walk.read();
    way.push(`${page.path} “${page.heading}”`);
    if (page.refresh) { // a page that waits
      await walk.page.goto(page.refresh, { waitUntil: 'load' });
    } else if (page.kind === 'provider') {
      if (!asks) break;
      asks = 0;
      if (cancels || !walk.who.vneid_number) await walk.go(() => walk.page.getByRole('button', { name: /^H(uỷ|ủy)$/ }).click());
      else await walk.vneidLogin();
      if (walk.page.url().startsWith(walk.site.issuer)) await walk.go(() => walk.page.getByRole('button', { name: /^H(uỷ|ủy)$/ }).click());
    } else if (page.kind === 'ours' && way.filter((one) => one === way.at(-1)).length < 3) {
      const next = page.ways.find(({ text }) => onwards.test(text)) ?? (asks ? page.ways.find(({ text }) => asked.test(text)) : undefined);
      if (!next) break;
      await walk.take({ ...next, fill: next.typed });
    } else break;
  }
  return { way, asked: !asks };
}

/** Whether a page of ours where a walk ended has a next step that works; takes it. Where a way `ends`, who helps is one. */
export async function stepsOn(walk, ends = false) {
  const page = await walk.read();
  if (ends && page.helps) return true;
  for (const way of waysOn(page).filter(({ href }) => !href?.startsWith('tel:'))) {
    await walk.take({ ...way, fill: way.typed });
    const there = await walk.read();
    return there.status < 404 || there.status === 409;
  }
  return false;
}
