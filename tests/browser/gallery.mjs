// Every page that the crawl meets, in both languages, three widths, light and in forced colours:
// `node gallery.mjs [STATES]` fills build/screenshots/gallery and its index.html, a contact sheet.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { album, show } from './crawl/album.mjs';
import { crawlAll } from './crawl/all.mjs';
import { deploy, launch, shots } from './deployment.mjs';

const folder = `${shots}/gallery`;
const sizes = [[360, 740], [768, 1024], [1280, 900]];
const only = process.argv[2] ? new RegExp(process.argv[2]) : undefined;
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const browser = await launch();
const sheet = [];
for (const [language, locale] of [['vi', 'vi-VN'], ['en', 'en-GB']]) {
  const site = await deploy(['--entry', '--crowd', process.env.VNEID_CROWD ?? '500']);
  const { pages } = album(await crawlAll(site, browser, { seconds: 600, only, options: { locale } }));
  for (const [number, met] of pages.entries()) await portray(met, `${language}-${String(number).padStart(3, '0')}`, locale);
  await site.stop();
}
await browser.close();
writeFileSync(`${folder}/index.html`, index());
console.log(`${sheet.length} pages in ${folder}/index.html`);

async function portray(met, name, locale) {
  const pictures = [];
  for (const forcedColors of ['none', 'active']) {
    const context = await browser.newContext({ locale, forcedColors });
    const page = await context.newPage();
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      await show(page, met);
      const picture = `${name}-${width}${forcedColors === 'active' ? '-forced' : ''}.png`;
      await page.screenshot({ path: `${folder}/${picture}`, fullPage: true });
      pictures.push(picture);
    }
    await context.close();
  }
  sheet.push({ name, met, pictures });
}

function index() {
  const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const rows = sheet.map(({ name, met, pictures }) => `<section><h2>${name}: ${escaped(`${met.status} ${met.path} “${met.heading}”`)}</h2>
<p>${escaped(met.state)}</p>${pictures.map((file) => `<a href="${file}"><img src="${file}" alt="${file}" height="240" loading="lazy"></a>`).join(' ')}</section>`);
  return `<!DOCTYPE html><meta charset="utf-8"><title>Pages</title>${rows.join('\n')}`;
}
