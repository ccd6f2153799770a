// What a page offers: its heading and every way on, read from what is shown.
const everywhere = /^(Đăng xuất|Sign out|Đến nội dung chính|Chuyển đến nội dung chính|Skip to (main )?content)$/i;

// Runs in the page.
function look() {
  for (const folded of document.querySelectorAll('details')) folded.open = true;
  const shown = (element) => element.getClientRects().length > 0;
  const name = (element) => (element.getAttribute('aria-label') ?? element.textContent).trim().replace(/\s+/g, ' ');
  const links = [...document.querySelectorAll('a[href]')].filter(shown).map((a) => ({
    kind: 'link', text: name(a), href: a.href, written: a.getAttribute('href'),
    broken: a.getAttribute('href').startsWith('#') && !document.querySelector(`[id="${CSS.escape(a.getAttribute('href').slice(1))}"]`),
  }));
  const buttons = [...document.querySelectorAll('button')].filter((b) => shown(b) && b.form).map((b) => ({
    kind: 'button', text: name(b), action: new URL(b.getAttribute('formaction') ?? b.form.getAttribute('action') ?? '', document.baseURI).pathname,
    method: b.form.method, value: b.value,
    typed: [...b.form.querySelectorAll('input:not([type=hidden]), select, textarea')].some((i) => i.matches('[type=text], [type=search], textarea')),
  }));
  const refresh = document.querySelector('meta[http-equiv=refresh]')?.content ?? '';
  const [, seconds, target] = /^(\d+);\s*url=(.*)$/.exec(refresh) ?? [];
  return {
    kiosk: document.documentElement.classList.contains('kiosk'),
    heading: [...document.querySelectorAll('h1')].map(name).join(' / '), title: document.title,
    helps: !!document.querySelector('a[href^="tel:"]')
      || [...document.querySelectorAll('main h2, main h3')].some((h) => /hỗ trợ|liên hệ|help|contact/i.test(h.textContent)),
    ways: [...links, ...buttons],
    refresh: target && Number(seconds) <= 15 ? new URL(target, document.baseURI).href : null,
  };
}

const unique = (list) => [...new Set(list)];

// `status` is that of the document; `site` tells ours from the others'.
export async function read(page, status, site) {
  const url = new URL(page.url());
  const html = await page.content();
  const seen = await page.evaluate(look);
  const place = placeOf(url, site);
  const names = unique(seen.ways.map((way) => way.text)).sort().join('|');
  return { ...seen, ...place, url: url.href, status, html, key: `${place.kind} ${url.pathname} ${seen.kiosk ? 'kiosk ' : ''}${seen.heading} [${names}]` };
}

// ours: a page of the module; login: the portal's own; file: of the vault; portal, provider, elsewhere.
export function placeOf(url, site) {
  const path = url.pathname;
  if (url.origin === new URL(site.issuer).origin) return { kind: 'provider', path: path.replace(/[\w-]{20,}/, '…') };
  if (url.origin !== new URL(site.url).origin) return { kind: 'elsewhere', path: url.href };
  if (/^\/vneid\/vault\/.+/.test(path)) return { kind: 'file', path: '/vneid/vault/…' };
  if (path.startsWith('/vneid/')) return { kind: 'ours', path };
  return { kind: path === '/dang-nhap' ? 'login' : 'portal', path };
}

// The ways that lead on: not those that every page has.
export const waysOn = (page) => page.ways.filter((way) => !everywhere.test(way.text)
  && !(way.kind === 'link' && way.written?.startsWith('#')));
