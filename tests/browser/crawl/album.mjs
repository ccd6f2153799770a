// The pages that a crawl has met, each once, shown again as they were: for axe, sizes, colours and weight.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const mostBytes = 60_000;
const mostRequests = 3; // page, style, logo

export function album(graphs) {
  const pages = new Map();
  for (const graph of graphs) {
    for (const page of graph.pages.values()) {
      if (page.kind === 'ours' && !pages.has(page.key)) pages.set(page.key, { ...page, state: graph.state.name });
    }
  }
  return { pages: [...pages.values()], verdicts: (browser) => verdicts(browser, [...pages.values()]) };
}

/** Shows a page that was met as its document stands; what it needs beside comes from the site. */
export async function show(page, met) {
  await page.route(met.url, (route) => route.fulfill({ status: 200, contentType: 'text/html; charset=utf-8', body: met.html }));
  await page.goto(met.url, { waitUntil: 'load' });
  await page.unroute(met.url);
}

async function verdicts(browser, pages) {
  const found = [];
  const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 640, height: 450 } });
  const page = await context.newPage();
  for (const met of pages) {
    const wrong = await verdict(page, met);
    found.push(...wrong.map((what) => `${met.path} “${met.heading}” (${met.state}): ${what}`));
  }
  await context.close();
  return found;
}

async function verdict(page, met) {
  const requests = [];
  const count = (response) => requests.push(response);
  page.on('response', count);
  await show(page, met);
  page.off('response', count);
  const wrong = await weight(requests);
  wrong.push(...await sideways(page, '200 % zoom of 1280'));
  await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  wrong.push(...await lost(page));
  await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), rules);
  return [...wrong, ...violations.map((v) => `axe ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`)];
}

async function weight(responses) {
  const sizes = await Promise.all(responses.map(async (one) => (await one.body().catch(() => '')).length));
  const bytes = sizes.reduce((all, size) => all + size, 0);
  return [...(responses.length > mostRequests ? [`${responses.length} requests: ${responses.map((one) => new URL(one.url()).pathname).join(' ')}`] : []),
    ...(bytes > mostBytes ? [`${bytes} bytes`] : [])];
}

async function sideways(page, when) {
  const more = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return more > 0 ? [`${when}: scrolls sideways by ${more} px`] : [];
}

// Text of twice the size: nothing is cut off or lies over another.
async function lost(page) {
  const cut = await page.evaluate(() => [...document.querySelectorAll('main *, header *, footer *')].filter((element) => {
    const style = getComputedStyle(element);
    const hides = !element.matches('input, select, textarea') && style.overflow !== 'visible' && style.overflowX !== 'auto' && element.getClientRects().length;
    return hides && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1)
      && element.clientWidth > 1;
  }).map((element) => `${element.tagName.toLowerCase()}.${element.className}`));
  return [...await sideways(page, 'text of 200 %'), ...[...new Set(cut)].map((what) => `text of 200 %: ${what} is cut off`)];
}
